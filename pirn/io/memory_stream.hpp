// memory_stream: two streams in one program, each the other's far end.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pirn/core/lease.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/core/task.hpp"

namespace pirn::io {

namespace detail {
class memory_pipe;
}

/// One end of a pair: what is written here is read there. A byte_stream without a system call, for
/// protocols that talk within a program, and for tests.
///
/// Threads:  its loop's.
/// Lifetime: closing (destroying) it requires that no task reads or writes here. The other end
///           then reads what is left and the end; it cannot write (EPIPE).
class memory_stream {
 public:
  memory_stream(memory_stream&&) noexcept;
  memory_stream& operator=(memory_stream&&) noexcept;
  ~memory_stream();

  /// Waits for at least one byte; empty at the end.
  /// Cancel: loses nothing.
  task<lease> read();
  /// Writes it all; waits while the other end has too much to read.
  /// Throws: std::system_error (broken pipe) when the other end was closed.
  /// Cancel: part of it may have been written.
  task<> write_all(std::span<const std::byte> bytes);
  task<> write_all(std::string_view text) { return write_all(std::as_bytes(std::span(text))); }
  task<> write_all(std::span<const slice> parts);
  task<> shut_down_writing();
  void close() noexcept;
  std::string name() const { return "memory"; }

 private:
  friend std::pair<memory_stream, memory_stream> memory_pair(std::size_t limit_bytes);
  using pipe = std::shared_ptr<detail::memory_pipe>;
  memory_stream(pipe incoming, pipe outgoing) noexcept;

  pipe incoming_;
  pipe outgoing_;
};

/// Two ends that are connected; each way holds at most `limit_bytes` that have not been read.
/// Requires: 0 < limit_bytes < 4 GiB.
std::pair<memory_stream, memory_stream> memory_pair(std::size_t limit_bytes = 64 * 1024);

}  // namespace pirn::io
