#include "pirn/platform/uring_file.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "pirn/platform/kernel_files.hpp"
#include "pirn/platform/sockaddr.hpp"
#include "pirn/platform/uring_stream.hpp"

namespace pirn::detail {

namespace {

/// A connect on its way: what the kernel reads, and what comes of it.
struct connecting {
  socket_address remote;
  unique_fd descriptor;
};

started fail(operation& request, int error) noexcept {
  request.result = -error;
  return started::done;
}

io_uring_sqe& prepare(uring_core& core, operation& request, uring_kind kind, std::uint8_t code,
                      int descriptor) noexcept {
  request.driver_data.state = static_cast<std::uint32_t>(kind);
  return core.submit(code, descriptor, &request, uring_target::request);
}

io_uring_sqe& prepare_file(uring_core& core, operation& request, std::uint8_t code,
                           file_id file) noexcept {
  return prepare(core, request, uring_kind::file, code, static_cast<int>(file));
}

std::uint64_t address(const void* data) noexcept {
  return reinterpret_cast<std::uint64_t>(data);
}

// As read(2) and write(2): no call moves more.
std::uint32_t length(std::size_t size_bytes) noexcept {
  return static_cast<std::uint32_t>(std::min<std::size_t>(size_bytes, 0x7fff'f000));
}

/// Takes the record that went along with a request.
template <class Record>
std::unique_ptr<Record> record_of(operation& request) noexcept {
  return std::unique_ptr<Record>(
      static_cast<Record*>(std::exchange(request.driver_data.pointer, nullptr)));
}

file_status status_of(const struct statx& found) noexcept {
  constexpr std::int64_t second_ns = 1'000'000'000;
  return {
      .type = kind_of(found.stx_mode),
      .permissions = found.stx_mode & 07777U,
      .size_bytes = found.stx_size,
      .modified_ns = found.stx_mtime.tv_sec * second_ns + found.stx_mtime.tv_nsec,
      .inode = found.stx_ino,
      .device = makedev(found.stx_dev_major, found.stx_dev_minor),
  };
}

}  // namespace

started start(uring_core& core, open_operation& request) noexcept {
  if (has_nul(request.path)) return fail(request, EINVAL);
  io_uring_sqe& entry = prepare(core, request, uring_kind::open, IORING_OP_OPENAT, AT_FDCWD);
  entry.addr = address(request.path.c_str());
  entry.open_flags = static_cast<std::uint32_t>(open_flags(request.mode));
  entry.len = request.mode.permissions;
  return started::pending;
}

started start(uring_core& core, read_operation& request) noexcept {
  io_uring_sqe& entry = prepare_file(core, request, IORING_OP_READ, request.file);
  entry.addr = address(request.into.data());
  entry.len = length(request.into.size());
  entry.off = static_cast<std::uint64_t>(request.offset);
  return started::pending;
}

started start(uring_core& core, write_operation& request) noexcept {
  io_uring_sqe& entry = prepare_file(core, request, IORING_OP_WRITE, request.file);
  entry.addr = address(request.from.data());
  entry.len = length(request.from.size());
  entry.off = static_cast<std::uint64_t>(request.offset);
  return started::pending;
}

started start(uring_core& core, fsync_operation& request) noexcept {
  io_uring_sqe& entry = prepare_file(core, request, IORING_OP_FSYNC, request.file);
  if (request.data_only) entry.fsync_flags = IORING_FSYNC_DATASYNC;
  return started::pending;
}

started start(uring_core& core, close_operation& request) noexcept {
  prepare_file(core, request, IORING_OP_CLOSE, request.file);
  return started::pending;
}

started start(uring_core& core, rename_operation& request) noexcept {
  if (has_nul(request.from) || has_nul(request.to)) return fail(request, EINVAL);
  io_uring_sqe& entry = prepare(core, request, uring_kind::file, IORING_OP_RENAMEAT, AT_FDCWD);
  entry.addr = address(request.from.c_str());
  entry.addr2 = address(request.to.c_str());
  entry.len = static_cast<std::uint32_t>(AT_FDCWD);
  return started::pending;
}

started start(uring_core& core, unlink_operation& request) noexcept {
  if (has_nul(request.path)) return fail(request, EINVAL);
  io_uring_sqe& entry = prepare(core, request, uring_kind::file, IORING_OP_UNLINKAT, AT_FDCWD);
  entry.addr = address(request.path.c_str());
  if (request.directory) entry.unlink_flags = AT_REMOVEDIR;
  return started::pending;
}

started start(uring_core& core, make_directory_operation& request) noexcept {
  if (has_nul(request.path)) return fail(request, EINVAL);
  io_uring_sqe& entry = prepare(core, request, uring_kind::file, IORING_OP_MKDIRAT, AT_FDCWD);
  entry.addr = address(request.path.c_str());
  entry.len = request.permissions;
  return started::pending;
}

started start(uring_core& core, stat_operation& request) noexcept {
  bool by_path = request.file == file_id::none;
  if (by_path && has_nul(request.path)) return fail(request, EINVAL);
  std::unique_ptr<struct statx> found(new (std::nothrow) struct statx);
  if (found == nullptr) return fail(request, ENOMEM);
  int start = by_path ? AT_FDCWD : static_cast<int>(request.file);
  io_uring_sqe& entry = prepare(core, request, uring_kind::stat, IORING_OP_STATX, start);
  entry.addr = address(by_path ? request.path.c_str() : "");
  entry.len = STATX_BASIC_STATS;
  entry.off = address(found.get());
  if (!by_path) {
    entry.statx_flags = AT_EMPTY_PATH;
  } else if (!request.follow) {
    entry.statx_flags = AT_SYMLINK_NOFOLLOW;
  }
  request.driver_data.pointer = found.release();
  return started::pending;
}

started start(uring_core& core, poll_operation& request) noexcept {
  io_uring_sqe& entry =
      prepare(core, request, uring_kind::poll, IORING_OP_POLL_ADD, request.descriptor);
  if ((request.events & poll_readable) != 0) entry.poll32_events |= POLLIN;
  if ((request.events & poll_writable) != 0) entry.poll32_events |= POLLOUT;
  return started::pending;
}

started start(uring_core& core, connect_operation& request) noexcept {
  auto made = open_stream(request.remote, request.options, descriptor_mode::blocking);
  if (!made) return fail(request, made.error().value());
  std::unique_ptr<connecting> record(new (std::nothrow) connecting);
  if (record == nullptr) return fail(request, ENOMEM);
  record->remote = socket_address(request.remote);
  record->descriptor = std::move(*made);
  io_uring_sqe& entry =
      prepare(core, request, uring_kind::connect, IORING_OP_CONNECT, record->descriptor.get());
  entry.addr = address(record->remote.data());
  entry.off = record->remote.size();
  request.driver_data.pointer = record.release();
  return started::pending;
}

namespace {

int connect_answer(uring_core& core, connect_operation& request, int result) noexcept {
  std::unique_ptr<connecting> record = record_of<connecting>(request);
  if (result < 0) return result;
  try {
    request.connected.reset(new uring_stream(core, std::move(record->descriptor), record->remote));
    return 0;
  } catch (const std::bad_alloc&) {
    return -ENOMEM;
  }
}

int poll_answer(int result) noexcept {
  if (result < 0) return result;
  int events = 0;
  if ((result & POLLIN) != 0) events |= poll_readable;
  if ((result & POLLOUT) != 0) events |= poll_writable;
  if ((result & POLLHUP) != 0) events |= poll_hang_up;
  if ((result & POLLERR) != 0) events |= poll_error;
  return events;
}

}  // namespace

void answer(uring_core& core, operation& request, int result) noexcept {
  request.result = result;
  switch (static_cast<uring_kind>(request.driver_data.state)) {
    case uring_kind::connect:
      request.result = connect_answer(core, static_cast<connect_operation&>(request), result);
      break;
    case uring_kind::poll:
      request.result = poll_answer(result);
      break;
    case uring_kind::open:
      if (result < 0) break;
      static_cast<open_operation&>(request).opened = file_id{result};
      request.result = 0;
      break;
    case uring_kind::stat: {
      auto found = record_of<struct statx>(request);
      if (result == 0) static_cast<stat_operation&>(request).status = status_of(*found);
      break;
    }
    case uring_kind::file:
    case uring_kind::accept:
    case uring_kind::receive:
    case uring_kind::receive_leased:
    case uring_kind::send:
    case uring_kind::receive_datagrams:
    case uring_kind::send_datagrams:
      break;
  }
}

}  // namespace pirn::detail
