// range: parts of a representation: the Range and Content-Range fields.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pirn::http {

/// The bytes from `first` to `last`, both of them included.
struct byte_range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  std::uint64_t size_bytes() const noexcept { return last - first + 1; }
  friend bool operator==(const byte_range&, const byte_range&) = default;
};

/// What a Range field asks for.
class range_request {
 public:
  enum class kind : unsigned char {
    whole,          ///< answer 200 with everything: there is no range that counts
    partial,        ///< answer 206 with `ranges()`
    unsatisfiable,  ///< answer 416 with `Content-Range: bytes */size`
  };
  static constexpr std::size_t ranges_max = 16;

  /// Reads the value of a Range field for a representation of `size_bytes`. A range that reaches
  /// beyond the end is cut there; ranges that lie beyond it are left out. What is not understood is
  /// ignored, as RFC 9110 14.2 asks, and so is what smells of an attack: over `ranges_max` ranges,
  /// or more bytes than the whole has.
  static range_request parse(std::string_view value, std::uint64_t size_bytes) noexcept;

  kind what() const noexcept { return kind_; }
  /// In the order asked for; not empty when `what()` is `partial`.
  std::span<const byte_range> ranges() const noexcept { return {ranges_.data(), count_}; }

 private:
  kind kind_ = kind::whole;
  std::size_t count_ = 0;
  std::array<byte_range, ranges_max> ranges_{};
};

/// Appends the value of a Content-Range field: `bytes 0-99/1000`.
void append_content_range(std::string& out, byte_range range, std::uint64_t size_bytes);
/// The value that goes with status 416: `bytes */1000`.
void append_unsatisfied_range(std::string& out, std::uint64_t size_bytes);

/// What a Content-Range field says.
struct content_range {
  std::optional<byte_range> range;          ///< none in an answer 416
  std::optional<std::uint64_t> size_bytes;  ///< of the whole; none when the server does not know
};

/// Reads `bytes 0-99/1000`, `bytes 0-99/*` and `bytes */1000`.
std::optional<content_range> parse_content_range(std::string_view value) noexcept;

}  // namespace pirn::http
