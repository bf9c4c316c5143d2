#include "pirn/process/wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "pirn/platform/descriptor_passing.hpp"

namespace pirn::detail {

namespace {

constexpr std::uint16_t mark = 0x6970;  // "pi"
constexpr std::size_t chunk_bytes = 65536;
constexpr std::size_t kept_bytes = 16 * chunk_bytes;  // of a buffer that is empty
constexpr std::size_t waiting_descriptors_max = 1024;

struct head_layout {
  std::uint16_t mark;
  message_kind kind;
  std::uint8_t descriptors;
  std::uint32_t type;
  std::uint64_t payload_bytes;
};
static_assert(sizeof(head_layout) == message_head::size_bytes);

}  // namespace

std::array<std::byte, message_head::size_bytes> message_head::to_bytes() const noexcept {
  head_layout layout{mark, kind, descriptors, type, payload_bytes};
  std::array<std::byte, size_bytes> result;
  std::memcpy(result.data(), &layout, size_bytes);
  return result;
}

// At most as much again as has arrived, so that a large size costs memory only if it comes true.
std::span<std::byte> message_assembler::room() {
  if (empty()) begin_ = end_ = 0;
  if (empty() && buffer_.size() > kept_bytes) buffer_ = {};
  const std::size_t there = end_ - begin_;
  const std::size_t missing = wanted_bytes() - there;
  const std::size_t size = std::max(chunk_bytes, std::min(missing, there));
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, there);
    begin_ = 0;
    end_ = there;
  }
  if (buffer_.size() < end_ + size) buffer_.resize(end_ + size);
  return std::span(buffer_).subspan(end_);
}

std::size_t message_assembler::wanted_bytes() const noexcept {
  return message_head::size_bytes + (has_head_ ? static_cast<std::size_t>(head_.payload_bytes) : 0);
}

bool message_assembler::complete() {
  if (descriptors_.size() > waiting_descriptors_max) refuse("descriptors without messages");
  if (!has_head_ && arrived_bytes().size() >= message_head::size_bytes) read_head();
  return has_head_ && arrived_bytes().size() >= wanted_bytes();
}

void message_assembler::read_head() {
  head_layout layout{};
  std::memcpy(&layout, arrived_bytes().data(), sizeof layout);
  if (layout.mark != mark || layout.kind > message_kind::handle) {
    refuse("what arrives is no message");
  }
  if (layout.payload_bytes > message_max_bytes_) {
    refuse("a message of " + std::to_string(layout.payload_bytes) + " bytes, where " +
           std::to_string(message_max_bytes_) + " are allowed");
  }
  head_ = {.kind = layout.kind,
           .descriptors = layout.descriptors,
           .type = layout.type,
           .payload_bytes = layout.payload_bytes};
  has_head_ = true;
}

std::span<const std::byte> message_assembler::take(remote::attachments& beside) {
  auto payload = arrived_bytes().subspan(message_head::size_bytes,
                                         static_cast<std::size_t>(head_.payload_bytes));
  begin_ += wanted_bytes();
  has_head_ = false;
  if (descriptors_.size() < head_.descriptors) refuse("a message whose descriptors are missing");
  auto first = descriptors_.begin();
  auto last = first + head_.descriptors;
  for (auto each = first; each != last; ++each) beside.attach(std::move(*each));
  descriptors_.erase(first, last);
  return payload;
}

void message_assembler::ended() const {
  if (empty()) return;
  std::string of = has_head_ ? " of " + std::to_string(wanted_bytes()) : "";
  refuse("it was closed inside of a message, after " + std::to_string(end_ - begin_) + of +
         " bytes");
}

void message_assembler::refuse(const std::string& why) const {
  throw remote::message_error("receive from " + name_ + ": " + why);
}

connection_state::connection_state(unique_fd own_socket, std::string its_name,
                                   std::size_t max_bytes)
    : socket(std::move(own_socket)),
      name(std::move(its_name)),
      message_max_bytes(max_bytes),
      incoming(name, max_bytes) {}

bool connection_state::receive_some() {
  if (at_end) return true;
  received_bytes got = receive_now(socket.get(), incoming.room(), incoming.descriptors());
  if (got.count == -EAGAIN) return false;
  // An end that is closed before it has read everything resets the other one.
  if (got.count == 0 || got.count == -ECONNRESET) {
    at_end = true;
    return true;
  }
  if (got.count < 0) fail("receive from", static_cast<int>(-got.count));
  incoming.arrived(static_cast<std::size_t>(got.count));
  if (got.lost_descriptors) fail("receive from", EMFILE);
  return true;
}

void connection_state::fail(const char* operation, int error) const {
  throw std::system_error(errno_code(error), std::string(operation) + " " + name);
}

}  // namespace pirn::detail
