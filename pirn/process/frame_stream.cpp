#include "pirn/process/frame_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <system_error>
#include <utility>

#include <sys/socket.h>

#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/platform/descriptor_passing.hpp"

namespace pirn::detail {

namespace {

void make_room(remote::bytes& buffer, std::size_t added) {
  const std::size_t wanted = buffer.size() + added;
  if (wanted > buffer.capacity()) buffer.reserve(std::max(wanted, 2 * buffer.capacity()));
}

void append(remote::bytes& buffer, std::span<const std::byte> added) {
  buffer.insert(buffer.end(), added.begin(), added.end());
}

}  // namespace

void frame_stream::queue(frame_kind kind, std::uint32_t number, std::span<const std::byte> content,
                         std::span<const unique_fd> beside) {
  std::vector<unique_fd> copies;
  for (const unique_fd& each : beside) {
    copies.push_back(duplicate(each.get()));
    if (!copies.back()) throw std::system_error(last_error(), "pass a descriptor");
  }
  const bool is_long = content.size() >= long_content_bytes;
  if (is_long) {
    shared_memory memory(content.size());
    std::memcpy(memory.bytes().data(), content.data(), content.size());
    copies.push_back(duplicate(memory.descriptor()));
    if (!copies.back()) throw std::system_error(last_error(), "pass shared memory");
  }
  if (copies.size() > passed_descriptors_max) {
    throw std::system_error(errno_code(EMFILE), "pass descriptors with one message");
  }
  const frame_header header{.size_bytes = content.size(),
                            .number = number,
                            .descriptors = static_cast<std::uint16_t>(copies.size()),
                            .kind = kind,
                            .in_memory = is_long};
  make_room(outgoing_, sizeof header + (is_long ? 0 : content.size()));
  if (!copies.empty()) passed_.push_back({outgoing_.size(), std::move(copies)});
  append(outgoing_, std::as_bytes(std::span(&header, 1)));  // from here on nothing fails
  if (!is_long) append(outgoing_, content);
}

int frame_stream::flush() noexcept {
  while (has_unsent()) {
    // Descriptors go with the first byte of a send, so each starts one.
    int descriptors[passed_descriptors_max];
    std::size_t count = 0;
    std::size_t end = outgoing_.size();
    auto next_passed = passed_.begin();
    if (next_passed != passed_.end() && next_passed->position == sent_) {
      for (const unique_fd& each : next_passed->descriptors) descriptors[count++] = each.get();
      ++next_passed;
    }
    if (next_passed != passed_.end()) end = next_passed->position;
    const slice part{outgoing_.data() + sent_, end - sent_};
    std::ptrdiff_t sent = send_now(descriptor(), {&part, 1}, {descriptors, count});
    if (sent < 0) return static_cast<int>(sent);
    sent_ += static_cast<std::size_t>(sent);
    if (count != 0) passed_.erase(passed_.begin());
  }
  outgoing_.clear();
  sent_ = 0;
  return 0;
}

void frame_stream::end_sending() noexcept {
  ::shutdown(descriptor(), SHUT_WR);
}

int frame_stream::flush_blocking() noexcept {
  for (;;) {
    const int error = flush();
    if (error != -EAGAIN) return error;
    wait_until_ready(descriptor(), poll_writable, std::nullopt);
  }
}

frame_stream::received frame_stream::receive() {
  return receive_with(receive_now);
}
frame_stream::received frame_stream::receive_blocking() {
  return receive_with(pirn::receive_blocking);
}

frame_stream::received frame_stream::receive_with(receiver& receive_some) {
  constexpr std::size_t room_max_bytes = 64 * 1024;
  std::copy(incoming_.begin() + static_cast<std::ptrdiff_t>(taken_),
            incoming_.begin() + static_cast<std::ptrdiff_t>(filled_), incoming_.begin());
  filled_ -= taken_;
  taken_ = 0;
  if (incoming_.size() < filled_ + room_bytes_) incoming_.resize(filled_ + room_bytes_);
  groups_.reserve(groups_.size() + 1);  // what has come must not fail
  received_bytes came =
      receive_some(descriptor(), std::span(incoming_).subspan(filled_), arriving_);
  if (came.count == -EAGAIN) return received::nothing;
  if (came.count <= 0) return received::end;
  if (!arriving_.empty() || came.lost_descriptors) {
    groups_.push_back({std::exchange(arriving_, {}), came.lost_descriptors});
  }
  filled_ += static_cast<std::size_t>(came.count);
  if (filled_ == incoming_.size()) room_bytes_ = std::min(2 * room_bytes_, room_max_bytes);
  return received::bytes;
}

std::optional<frame> frame_stream::next() {
  const std::size_t there = filled_ - taken_;
  frame_header header{};
  if (there < sizeof header) return std::nullopt;
  std::memcpy(&header, incoming_.data() + taken_, sizeof header);
  const std::size_t inline_size = header.in_memory ? 0 : header.size_bytes;
  if (inline_size >= long_content_bytes || (header.in_memory && header.descriptors == 0)) {
    throw remote::message_error("damaged message: its header makes no sense");
  }
  if (there - sizeof header < inline_size) return std::nullopt;
  frame message;
  message.kind = header.kind;
  message.number = header.number;
  message.content = std::span(incoming_).subspan(taken_ + sizeof header, inline_size);
  taken_ += sizeof header + inline_size;
  if (header.descriptors != 0) take_descriptors(header, message);
  return message;
}

void frame_stream::take_descriptors(const frame_header& header, frame& message) {
  if (groups_.empty()) throw remote::message_error("damaged message: its descriptors are missing");
  group came = std::move(groups_.front());
  groups_.erase(groups_.begin());
  if (came.is_lost) {
    message.is_lost = true;
    message.content = {};
    return;
  }
  if (came.descriptors.size() != header.descriptors) {
    throw remote::message_error("damaged message: it came with the descriptors of another");
  }
  if (header.in_memory) {
    message.memory = shared_memory(std::move(came.descriptors.back()));
    came.descriptors.pop_back();
    message.content = message.memory.bytes();
  }
  message.beside.descriptors() = std::move(came.descriptors);
}

}  // namespace pirn::detail
