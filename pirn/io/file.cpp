#include "pirn/io/file.hpp"

#include <cerrno>
#include <system_error>

#include "pirn/base/assert.hpp"
#include "pirn/core/io_wait.hpp"
#include "pirn/core/within.hpp"

namespace pirn::io {

namespace {

std::system_error failure(std::string_view operation, const std::string& path, int result) {
  return std::system_error(-result, std::generic_category(), std::string(operation) + " " + path);
}

// Awaits a request and throws its error with the operation's name and the path.
template <class Request>
task<int> done(io_wait<Request>& request, const std::string& path) {
  int result = co_await request;
  if (result < 0) throw failure(request.describe(), path, result);
  co_return result;
}

task<> write_and_rename(const std::string& partial, const std::string& path,
                        std::span<const std::byte> bytes) {
  file out = co_await open(partial, {.write = true, .create = true, .truncate = true});
  co_await out.write_all(bytes);
  co_await out.close();
  co_await rename(partial, path);
}

task<> remove_if_there(const std::string& path) {
  io_wait<unlink_operation> removing("remove");
  removing.request().path = path;
  int result = co_await removing;
  if (result < 0 && result != -ENOENT) throw failure("remove", path, result);
}

}  // namespace

file& file::operator=(file&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(position_, other.position_);
  std::swap(path_, other.path_);
  return *this;
}

file::~file() {
  if (id_ != file_id::none) loop::current().driver().drop(id_);
}

// One read or write at `offset`, or at the file's position, which then moves.
template <class Request, class Bytes>
task<std::size_t> file::transfer(std::string_view verb, Bytes Request::* field, Bytes bytes,
                                 std::int64_t offset) {
  PIRN_ASSERT(offset >= -1, "an offset is -1, or from the start of the file");
  const bool in_order = offset < 0;
  for (;;) {
    io_wait<Request> moving(verb);
    moving.request().file = open_id();
    moving.request().*field = bytes;
    moving.request().offset = in_order ? position_ : offset;
    int count = co_await moving;
    if (count == -ESPIPE && in_order && position_ >= 0) {
      position_ = -1;  // a pipe or a terminal has none
      continue;
    }
    if (count < 0) throw failure(verb, path_, count);
    if (in_order && position_ >= 0) position_ += count;
    co_return static_cast<std::size_t>(count);
  }
}

task<std::size_t> file::read(std::span<std::byte> into, std::int64_t offset) {
  return transfer("read", &read_operation::into, into, offset);
}

task<> file::write_all(std::span<const std::byte> bytes, std::int64_t offset) {
  while (!bytes.empty()) {
    std::size_t count = co_await transfer("write", &write_operation::from, bytes, offset);
    bytes = bytes.subspan(count);
    if (offset >= 0) offset += static_cast<std::int64_t>(count);
  }
}

task<> file::sync() {
  io_wait<fsync_operation> syncing("sync");
  syncing.request().file = open_id();
  co_await done(syncing, path_);
}

task<file_status> file::status() {
  io_wait<stat_operation> asking("status of");
  asking.request().file = open_id();
  co_await done(asking, path_);
  co_return asking.request().status;
}

task<> file::close() {
  io_wait<close_operation> closing("close");
  closing.request().file = id_;
  closing.request().result = -ECANCELED;  // stays when the request is not even started
  std::exception_ptr error;
  try {
    co_await done(closing, path_);
  } catch (...) {
    error = std::current_exception();
  }
  // A file whose closing was cancelled is still open.
  if (closing.request().result != -ECANCELED) id_ = file_id::none;
  if (error) std::rethrow_exception(error);
}

task<file> open(std::string path, open_mode mode) {
  io_wait<open_operation> opening("open");
  opening.request().path = path;
  opening.request().mode = mode;
  co_await done(opening, path);
  co_return file(opening.request().opened, mode.append ? -1 : 0, std::move(path));
}

task<> rename(std::string from, std::string to) {
  io_wait<rename_operation> renaming("rename");
  renaming.request().from = from;
  renaming.request().to = to;
  co_await done(renaming, from + " to " + to);
}

task<> remove(std::string path) {
  io_wait<unlink_operation> removing("remove");
  removing.request().path = path;
  co_await done(removing, path);
}

task<> remove_directory(std::string path) {
  io_wait<unlink_operation> removing("remove directory");
  removing.request().path = path;
  removing.request().directory = true;
  co_await done(removing, path);
}

task<bool> make_directory(std::string path) {
  io_wait<make_directory_operation> making("make directory");
  making.request().path = path;
  int result = co_await making;
  if (result == -EEXIST) co_return false;
  if (result < 0) throw failure("make directory", path, result);
  co_return true;
}

task<file_status> status(std::string path) {
  io_wait<stat_operation> asking("status of");
  asking.request().path = path;
  co_await done(asking, path);
  co_return asking.request().status;
}

task<> write_whole(std::string path, std::span<const std::byte> bytes) {
  const std::string partial = path + ".part";
  std::exception_ptr error;
  try {
    co_await write_and_rename(partial, path, bytes);
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return;
  try {
    co_await shield(remove_if_there(partial));
  } catch (const std::system_error&) {  // what went wrong first says more
  }
  std::rethrow_exception(error);
}

}  // namespace pirn::io
