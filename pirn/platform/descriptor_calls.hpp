// descriptor_calls: pipes, socket pairs, and reading and writing by number.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <system_error>

#include "pirn/base/deadline.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/platform/fd.hpp"

namespace pirn {

struct pipe_ends {
  unique_fd reader;
  unique_fd writer;
};
/// A pipe; both ends block, and are closed in a program that is started.
std::expected<pipe_ends, std::error_code> make_pipe();

struct socket_pair {
  unique_fd left;
  unique_fd right;
};
/// Two connected Unix stream sockets, closed in a program that is started.
std::expected<socket_pair, std::error_code> make_socket_pair();

/// Another number for the same open file. Empty on failure, with errno.
unique_fd duplicate(int descriptor) noexcept;

/// A descriptor of this process's own for what `descriptor` is open on, to read or to write without
/// waiting, so that those who share a pipe or a terminal with this program notice nothing; a file
/// keeps its place, for its new number is the same open file.
/// Returns: empty on failure, with errno.
enum class access : bool { reading, writing };
unique_fd open_nonblocking_twin(int descriptor, access what) noexcept;

/// Says to the other end of a socket that nothing more will be sent.
/// Returns: 0 or -errno; -ENOTSOCK when it is no socket.
int shut_down_sending(int descriptor) noexcept;

/// Puts `descriptor` in the place of number `number`, which is closed first.
/// Returns: 0 or -errno.
int put_in_place_of(int number, int descriptor) noexcept;

/// The null device, open both ways. Empty on failure, with errno.
unique_fd open_null() noexcept;

/// A file that is in memory only, has no name, and holds these bytes, to be read from their start.
std::expected<unique_fd, std::error_code> make_memory_file(std::span<const std::byte> content);

/// Closes the descriptor in programs that are started.
/// Returns: 0 or -errno.
int set_close_on_exec(int descriptor) noexcept;

/// Makes reads and writes give -EAGAIN where they would wait, for all who share the open file.
/// Returns: 0 or -errno.
int set_nonblocking(int descriptor) noexcept;
/// Makes them wait again.
int set_blocking(int descriptor) noexcept;

/// Returns: the count, 0 at the end, or -errno; -EAGAIN when there is nothing now.
std::ptrdiff_t read_now(int descriptor, std::span<std::byte> into) noexcept;
/// Returns: the count or -errno; -EPIPE when nobody reads, without a signal.
std::ptrdiff_t write_now(int descriptor, std::span<const std::byte> from) noexcept;

/// Blocks this thread until a descriptor is ready for `events` (poll_event bits) or the deadline
/// comes.
///
/// Returns: the events that hold, 0 when it was too late, or -errno.
int wait_until_ready(int descriptor, int events, std::optional<steady_time> deadline) noexcept;

}  // namespace pirn
