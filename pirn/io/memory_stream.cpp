#include "pirn/io/memory_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>
#include <system_error>

#include "pirn/base/assert.hpp"
#include "pirn/io/heap_lease.hpp"
#include "pirn/sync/event.hpp"

namespace pirn::io {
namespace detail {

/// One way of a pair.
class memory_pipe {
 public:
  explicit memory_pipe(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}
  memory_pipe(memory_pipe&&) = delete;  // waiters point at it

  task<lease> read() {
    while (chunks_.empty() && !ended_) {
      has_news_.clear();
      co_await has_news_.wait();
    }
    if (chunks_.empty()) co_return lease();
    lease first = std::move(chunks_.front());
    chunks_.pop_front();
    held_bytes_ -= first.size();
    has_room_.set();
    co_return first;
  }

  task<> write_all(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      while (held_bytes_ >= limit_bytes_ && !broken_ && !ended_) {
        has_room_.clear();
        co_await has_room_.wait();
      }
      if (broken_ || ended_)
        throw std::system_error(EPIPE, std::generic_category(), "write to memory");
      const std::size_t count = std::min(bytes.size(), limit_bytes_ - held_bytes_);
      heap_buffer chunk(count);
      std::memcpy(chunk.bytes().data(), bytes.data(), count);
      chunks_.push_back(chunk.lend(count));
      held_bytes_ += count;
      has_news_.set();
      bytes = bytes.subspan(count);
    }
  }

  void end() noexcept {
    ended_ = true;
    has_news_.set();
    has_room_.set();
  }
  void break_off() noexcept {
    broken_ = true;
    has_room_.set();
  }

 private:
  const std::size_t limit_bytes_;
  std::deque<lease> chunks_;
  std::size_t held_bytes_ = 0;
  bool ended_ = false;   // by who writes
  bool broken_ = false;  // by who reads
  event has_news_;
  event has_room_;
};

}  // namespace detail

memory_stream::memory_stream(pipe incoming, pipe outgoing) noexcept
    : incoming_(std::move(incoming)), outgoing_(std::move(outgoing)) {}
memory_stream::memory_stream(memory_stream&&) noexcept = default;
memory_stream& memory_stream::operator=(memory_stream&& other) noexcept {
  std::swap(incoming_, other.incoming_);
  std::swap(outgoing_, other.outgoing_);
  return *this;
}
memory_stream::~memory_stream() {
  close();
}

task<lease> memory_stream::read() {
  PIRN_ASSERT(incoming_ != nullptr, "a stream that was closed or moved from is used");
  return incoming_->read();
}

task<> memory_stream::write_all(std::span<const std::byte> bytes) {
  PIRN_ASSERT(outgoing_ != nullptr, "a stream that was closed or moved from is used");
  return outgoing_->write_all(bytes);
}

task<> memory_stream::write_all(std::span<const slice> parts) {
  for (const slice& each : parts) co_await write_all(std::span(each.data, each.size));
}

task<> memory_stream::shut_down_writing() {
  PIRN_ASSERT(outgoing_ != nullptr, "a stream that was closed or moved from is used");
  outgoing_->end();
  co_return;
}

void memory_stream::close() noexcept {
  if (outgoing_ != nullptr) outgoing_->end();
  if (incoming_ != nullptr) incoming_->break_off();
  outgoing_.reset();
  incoming_.reset();
}

std::pair<memory_stream, memory_stream> memory_pair(std::size_t limit_bytes) {
  PIRN_ASSERT(limit_bytes > 0 && limit_bytes <= UINT32_MAX, "what a lease can hold, and not none");
  auto there = std::make_shared<detail::memory_pipe>(limit_bytes);
  auto back = std::make_shared<detail::memory_pipe>(limit_bytes);
  return {memory_stream(back, there), memory_stream(there, back)};
}

}  // namespace pirn::io
