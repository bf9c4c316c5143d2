// operation: the requests that a driver carries out, one small struct each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "pirn/base/endpoint.hpp"
#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/datagram.hpp"
#include "pirn/core/lease.hpp"
#include "pirn/core/socket.hpp"

namespace pirn {

/// A request to a driver: filled in by the caller, started with `driver::start`, completed exactly
/// once.
///
/// `start` either completes it at once (then `completed()` is not called) or later, from within
/// `driver::poll` on the loop's thread. From start to completion the request is the driver's: it
/// must not move or die.
class operation : public list_hook<> {
 public:
  /// Said by the driver when a request that was started `later` has ended and `result` is there.
  /// Must not resume a coroutine nor start another request; it moves nodes to the ready list.
  virtual void completed() noexcept = 0;

  /// How it ended: zero or a count on success, `-errno` on failure, `-ECANCELED` when cancelled.
  int result = 0;

  /// For the driver alone while the request is its own.
  struct driver_words {
    void* pointer = nullptr;
    std::uint32_t number = 0;
    std::uint32_t state = 0;
  };
  driver_words driver_data;

 protected:
  operation() = default;
  operation(operation&&) = delete;  // the driver points at it
  ~operation() = default;
};

/// A run of bytes to send; laid out as POSIX's `iovec`.
struct slice {
  const std::byte* data;
  std::size_t size;
};

/// How far an accept may go.
enum class accept_mode : std::uint8_t {
  ahead,   ///< the driver may take more connections from the system, for the accepts that follow
  single,  ///< it takes one at the most, and leaves the others to the system
  taken,   ///< it ends accepting: gives one that it had taken ahead, or one that waits and that
           ///< nobody else may have been woken for, or -EAGAIN
};

/// Takes the next connection from a listener. Cancelling loses no connection.
struct accept_operation : operation {
  socket* listener = nullptr;
  accept_mode mode = accept_mode::ahead;  ///< `taken`, while others are outstanding, gives -EAGAIN
  socket_ptr accepted;                    ///< set when result is 0
  endpoint peer;                          ///< set when result is 0
};

/// Connects a new stream socket. The time that it may take is its caller's affair.
struct connect_operation : operation {
  endpoint remote;
  stream_options options;
  socket_ptr connected;  ///< set when result is 0
};

/// Receives at least one byte into the caller's memory; result is the count, 0 at the end of the
/// stream. Without room it waits until there is something to receive, or the end, and takes
/// nothing; result is how much of it the driver itself holds, which may be 0.
struct receive_operation : operation {
  socket* from = nullptr;
  std::span<std::byte> into;
};

/// Receives at least one byte into memory of the driver's; result is the count, 0 at the end of the
/// stream. Cancelling loses nothing: what arrives later is kept for the next receive.
struct receive_leased_operation : operation {
  socket* from = nullptr;
  lease chunk;  ///< set when result is above 0
};

/// Sends all of `slices`, in order; result is 0 when everything has been handed to the transport.
/// Cancelled or failed, `sent_bytes` tells how much had gone out.
struct send_operation : operation {
  socket* to = nullptr;
  std::span<const slice> slices;
  std::size_t sent_bytes = 0;
  bool is_full = false;  ///< `socket::send_at_once` has just sent all that the transport takes
};

/// Receives at least one datagram, and as many as are there, into the rooms of `into`, from the
/// first on; result is the count. Cancelling loses nothing.
struct receive_datagrams_operation : operation {
  socket* from = nullptr;
  std::span<incoming_datagram> into;
};

/// Sends all datagrams, in order; result is 0 when all have been handed to the transport. Cancelled
/// or failed, `sent` tells how many had been.
struct send_datagrams_operation : operation {
  socket* to = nullptr;
  std::span<const outgoing_datagram> datagrams;
  std::size_t sent = 0;
};

/// Waits until a kernel descriptor is readable or writable; result is the set of `poll_event` bits
/// that hold. Simulated drivers know no descriptors and answer `-ENOTSUP`.
struct poll_operation : operation {
  int descriptor = -1;
  int events = 0;
};
enum poll_event : int { poll_readable = 1, poll_writable = 2, poll_hang_up = 4, poll_error = 8 };

/// An open file, as the driver numbers it.
enum class file_id : int { none = -1 };

/// How `open_operation` opens: as open(2)'s flags of the same names.
struct open_mode {
  bool read = false;
  bool write = false;
  bool create = false;
  bool exclusive = false;
  bool truncate = false;
  bool append = false;
  bool directory = false;
  bool no_follow = false;       ///< a symbolic link as the last component is an error
  unsigned permissions = 0666;  ///< of a file that is made, before the umask
};

struct open_operation : operation {
  std::string path;
  open_mode mode;
  file_id opened = file_id::none;  ///< set when result is 0
};

/// Reads up to `into.size()` bytes at `offset` (-1: at the file's own position); result is the
/// count.
struct read_operation : operation {
  file_id file = file_id::none;
  std::int64_t offset = -1;
  std::span<std::byte> into;
};

/// Writes up to `from.size()` bytes at `offset` (-1: at the file's own position); result is the
/// count.
struct write_operation : operation {
  file_id file = file_id::none;
  std::int64_t offset = -1;
  std::span<const std::byte> from;
};

struct fsync_operation : operation {
  file_id file = file_id::none;
  bool data_only = false;
};

struct close_operation : operation {
  file_id file = file_id::none;
};

struct rename_operation : operation {
  std::string from;
  std::string to;
};

struct unlink_operation : operation {
  std::string path;
  bool directory = false;
};

struct make_directory_operation : operation {
  std::string path;
  unsigned permissions = 0777;
};

/// What `stat_operation` finds.
struct file_status {
  enum class kind : std::uint8_t { regular, directory, symbolic_link, other };
  kind type = kind::other;
  unsigned permissions = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  ///< since 1970
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
};

/// Asks for a file's status: of an open `file`, or of `path` when `file` is none.
struct stat_operation : operation {
  file_id file = file_id::none;
  std::string path;
  bool follow = true;
  file_status status;
};

}  // namespace pirn
