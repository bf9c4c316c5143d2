#include "pirn/http/field_id.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace pirn::http {
namespace {

constexpr std::array<std::string_view, field_id_count> field_names = {
    "",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Accept-Ranges",
    "Age",
    "Allow",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Type",
    "Cookie",
    "Date",
    "ETag",
    "Expect",
    "Expires",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Last-Event-ID",
    "Last-Modified",
    "Link",
    "Location",
    "Origin",
    "Pragma",
    "Range",
    "Referer",
    "Retry-After",
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Version",
    "Server",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "Vary",
    "Via",
    "WWW-Authenticate",
};

/// Turns the letters A to Z among eight bytes into small ones; all other bytes stay.
constexpr std::uint64_t lower_eight(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  const std::uint64_t low_bits = bytes & 0x7f * ones;
  const std::uint64_t from_a = low_bits + (0x80 - 'A') * ones;       // bit 7: 'A' or above
  const std::uint64_t above_z = low_bits + (0x80 - 'Z' - 1) * ones;  // bit 7: above 'Z'
  const std::uint64_t capital = (from_a ^ above_z) & ~bytes & 0x80 * ones;
  return bytes | capital >> 2;
}

template <class Word>
bool equal_words(const char* a, const char* b) noexcept {
  Word left;
  Word right;
  std::memcpy(&left, a, sizeof(Word));
  std::memcpy(&right, b, sizeof(Word));
  return lower_eight(left) == lower_eight(right);
}

/// Compares `size` bytes by words, the last of which may overlap the one before it.
/// Requires: size >= sizeof(Word).
template <class Word>
bool equal_by_words(const char* a, const char* b, std::size_t size) noexcept {
  for (std::size_t i = 0; i + sizeof(Word) < size; i += sizeof(Word)) {
    if (!equal_words<Word>(a + i, b + i)) return false;
  }
  const std::size_t last = size - sizeof(Word);
  return equal_words<Word>(a + last, b + last);
}

constexpr std::size_t slot_count = 128;

/// The slot of a name in the hash table, by its length and three of its characters. The factors
/// were found by trial: under them no two of our names meet. With a new name, let `make_table` say
/// whether others have to be found.
constexpr std::size_t slot_of(std::string_view name) noexcept {
  const auto letter = [&](std::size_t at) -> std::size_t {
    return static_cast<unsigned char>(name[at]) | 0x20u;
  };
  return (name.size() * 97 + letter(0) * 74 + letter(name.size() - 1) * 160 +
          letter(name.size() / 2) * 16) %
         slot_count;
}

consteval std::array<field_id, slot_count> make_table() {
  std::array<field_id, slot_count> ids{};
  for (std::size_t i = 1; i < field_names.size(); ++i) {
    field_id& slot = ids[slot_of(field_names[i])];
    if (slot != field_id::other) throw "two names share a slot: choose other factors in slot_of";
    slot = static_cast<field_id>(i);
  }
  return ids;
}

constexpr std::array<field_id, slot_count> slots = make_table();

}  // namespace

std::string_view to_string(field_id id) noexcept {
  return field_names[static_cast<std::size_t>(id)];
}

field_id identify(std::string_view name) noexcept {
  if (name.empty()) return field_id::other;
  const field_id candidate = slots[slot_of(name)];
  return equal_without_case(name, to_string(candidate)) ? candidate : field_id::other;
}

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  if (a.size() >= 8) return equal_by_words<std::uint64_t>(a.data(), b.data(), a.size());
  if (a.size() >= 4) return equal_by_words<std::uint32_t>(a.data(), b.data(), a.size());
  return a.empty() || equal_by_words<std::uint8_t>(a.data(), b.data(), a.size());
}

}  // namespace pirn::http
