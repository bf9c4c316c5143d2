// date: the dates in header fields.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pirn::http {

/// Appends a date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`. Years outside 0 to 9999
/// become the nearest moment that can be written.
///
/// Source: RFC 9110 section 5.6.7 (IMF-fixdate).
void append_date(std::string& out, std::chrono::sys_seconds when);

/// The same as a string.
std::string format_date(std::chrono::sys_seconds when);

/// Reads a date in any of the three forms that HTTP has had: `Sun, 06 Nov 1994 08:49:37 GMT`,
/// `Sunday, 06-Nov-94 08:49:37 GMT` (RFC 850) and `Sun Nov  6 08:49:37 1994` (asctime). The day of
/// the week must be one, but need not be the right one. A year of two digits is at most 50 years
/// after `now`.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text,
                                                   std::chrono::sys_seconds now) noexcept;

/// The `Date` field of responses, formatted once a second.
class date_cache {
 public:
  /// The field as it goes over the wire, `Date: ...` and CRLF.
  ///
  /// Lifetime: until the next call with another second.
  std::string_view line(std::chrono::sys_seconds now) noexcept {
    if (now != formatted_) format(now);
    return {line_.data(), line_.size()};
  }

 private:
  void format(std::chrono::sys_seconds now) noexcept;

  static constexpr std::string_view form = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";

  std::chrono::sys_seconds formatted_ = std::chrono::sys_seconds::min();
  std::array<char, form.size()> line_{};
};

}  // namespace pirn::http
