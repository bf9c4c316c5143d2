#include "pirn/http/range.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "pirn/http/field_id.hpp"
#include "pirn/http/syntax.hpp"

namespace pirn::http {
namespace {

constexpr std::string_view unit = "bytes";

/// A position in a Range field; one that does not fit counts as the largest, it lies beyond every
/// end.
std::optional<std::uint64_t> parse_position(std::string_view text) noexcept {
  if (text.empty() || !std::ranges::all_of(text, detail::is_digit)) return std::nullopt;
  return detail::parse_number(text).value_or(std::numeric_limits<std::uint64_t>::max());
}

/// One element of the list: `first-last`, `first-` or `-length`, not yet fitted to a size.
struct range_spec {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;  ///< or the length, when there is no first

  static std::optional<range_spec> parse(std::string_view text) noexcept {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const std::string_view left = text.substr(0, dash);
    const std::string_view right = text.substr(dash + 1);
    const range_spec spec{parse_position(left), parse_position(right)};
    if (!left.empty() && !spec.first) return std::nullopt;
    if (!right.empty() && !spec.last) return std::nullopt;
    if (!spec.first && !spec.last) return std::nullopt;
    if (spec.first && spec.last && *spec.last < *spec.first) return std::nullopt;
    return spec;
  }

  /// The bytes meant, of a representation that has `size_bytes` > 0; nullopt when there are none.
  std::optional<byte_range> fit(std::uint64_t size_bytes) const noexcept {
    const std::uint64_t end = size_bytes - 1;
    if (!first) {
      if (*last == 0) return std::nullopt;
      return byte_range{size_bytes - std::min(*last, size_bytes), end};
    }
    if (*first > end) return std::nullopt;
    return byte_range{*first, std::min(last.value_or(end), end)};
  }
};

}  // namespace

range_request range_request::parse(std::string_view value, std::uint64_t size_bytes) noexcept {
  range_request request;
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos || size_bytes == 0) return request;
  if (!equal_without_case(value.substr(0, equals), unit)) return request;

  std::string_view rest = value.substr(equals + 1);
  std::uint64_t left_bytes = size_bytes;  // no more than the whole is given out
  std::size_t asked = 0;
  while (const auto element = detail::next_element(rest)) {
    const auto spec = range_spec::parse(*element);
    if (!spec || ++asked > ranges_max) return {};
    const auto range = spec->fit(size_bytes);
    if (!range) continue;
    if (range->size_bytes() > left_bytes) return {};
    left_bytes -= range->size_bytes();
    request.ranges_[request.count_++] = *range;
  }
  if (asked == 0) return request;
  request.kind_ = request.count_ == 0 ? kind::unsatisfiable : kind::partial;
  return request;
}

void append_content_range(std::string& out, byte_range range, std::uint64_t size_bytes) {
  fmt::format_to(std::back_inserter(out), "bytes {}-{}/{}", range.first, range.last, size_bytes);
}

void append_unsatisfied_range(std::string& out, std::uint64_t size_bytes) {
  fmt::format_to(std::back_inserter(out), "bytes */{}", size_bytes);
}

std::optional<content_range> parse_content_range(std::string_view value) noexcept {
  const std::size_t space = value.find(' ');
  const std::size_t slash = value.find('/');
  if (space == value.npos || slash == value.npos || slash < space) return std::nullopt;
  if (!equal_without_case(value.substr(0, space), unit)) return std::nullopt;

  content_range parsed;
  const std::string_view range = value.substr(space + 1, slash - space - 1);
  const std::string_view size = value.substr(slash + 1);
  if (size != "*") {
    parsed.size_bytes = detail::parse_number(size);
    if (!parsed.size_bytes) return std::nullopt;
  }
  if (range == "*") return parsed.size_bytes ? std::optional(parsed) : std::nullopt;

  const std::size_t dash = range.find('-');
  if (dash == range.npos) return std::nullopt;
  const auto first = detail::parse_number(range.substr(0, dash));
  const auto last = detail::parse_number(range.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  if (parsed.size_bytes && *last >= *parsed.size_bytes) return std::nullopt;
  parsed.range = byte_range{*first, *last};
  return parsed;
}

}  // namespace pirn::http
