#include "frame.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <variant>

#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"

namespace pirn::apps::kv {

namespace {

struct header {
  std::uint32_t size_bytes;
  std::uint32_t checksum;
};

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> made{};
  for (std::uint32_t i = 0; i < made.size(); ++i) {
    std::uint32_t rest = i;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0xedb88320U : 0);
    made[i] = rest;
  }
  return made;
}();

// CRC-32, as in zip files and Ethernet.
std::uint32_t checksum(std::string_view text) noexcept {
  std::uint32_t rest = ~0U;
  for (char each : text) {
    rest = crc_table[(rest ^ static_cast<unsigned char>(each)) & 0xff] ^ (rest >> 8);
  }
  return ~rest;
}

// Like all numbers here in little-endian order, which is the order of every machine that we run on.
header header_in(std::string_view bytes) noexcept {
  header found{};
  std::memcpy(&found, bytes.data(), sizeof found);
  return found;
}

// Eight zeros, as in a hole of a file, are no frame.
bool is_believable(const header& one) noexcept {
  return one.size_bytes > 0 && one.size_bytes <= frame_max_bytes;
}

// Whether no more bytes can make a frame of these.
bool is_wrong(std::string_view bytes) noexcept {
  if (bytes.size() < sizeof(header)) return false;
  const header before = header_in(bytes);
  return !is_believable(before) || bytes.size() - sizeof before >= before.size_bytes;
}

}  // namespace

void add_frame(std::string& to, std::string_view content) {
  const header before{static_cast<std::uint32_t>(content.size()), checksum(content)};
  to.append(reinterpret_cast<const char*>(&before), sizeof before);
  to.append(content);
}

std::optional<std::string_view> take_frame(std::string_view& from) noexcept {
  if (from.size() < sizeof(header)) return {};
  const header before = header_in(from);
  if (!is_believable(before) || from.size() - sizeof before < before.size_bytes) return {};
  const std::string_view content = from.substr(sizeof before, before.size_bytes);
  if (checksum(content) != before.checksum) return {};
  from.remove_prefix(sizeof before + content.size());
  return content;
}

task<std::optional<std::string_view>> frame_reader::read(time_point deadline) {
  for (;;) {
    std::string_view left = std::string_view(buffer_).substr(begin_);
    const std::optional<std::string_view> content = take_frame(left);
    if (content) {
      begin_ = buffer_.size() - left.size();
      co_return content;
    }
    if (is_wrong(left)) {
      throw std::system_error(std::make_error_code(std::errc::bad_message), "read a frame");
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    auto reading = from_.read();
    auto late = sleep_until(deadline);
    auto first = co_await pirn::select(reading, late);
    if (first.index() == 1) co_return std::nullopt;
    const lease& chunk = std::get<0>(first);
    if (chunk.empty()) co_return std::nullopt;
    buffer_ += chunk.text();
  }
}

}  // namespace pirn::apps::kv
