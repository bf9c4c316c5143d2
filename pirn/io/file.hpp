// file: a file that tasks read and write.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/core/task.hpp"

namespace pirn::io {

/// An open file. Without an offset, reads and writes go on where the last one ended, and follow one
/// another (in append mode writes go to the end); several at given offsets may be in flight.
///
/// Throws:   std::system_error that names the operation and the path, from every member.
/// Cancel:   a read or write that the system has begun is completed.
/// Lifetime: destroying it while open closes it in the background; `close()` tells of errors.
class file {
 public:
  file(file&& other) noexcept
      : id_(std::exchange(other.id_, file_id::none)),
        position_(other.position_),
        path_(std::move(other.path_)) {}
  file& operator=(file&& other) noexcept;
  ~file();

  /// Reads up to `into.size()` bytes.
  /// Returns: the count, 0 at the end.
  task<std::size_t> read(std::span<std::byte> into, std::int64_t offset = -1);
  /// Writes everything.
  task<> write_all(std::span<const std::byte> bytes, std::int64_t offset = -1);
  /// Makes what was written survive a crash.
  task<> sync();
  task<file_status> status();
  task<> close();

  const std::string& path() const noexcept { return path_; }

 private:
  friend task<file> open(std::string path, open_mode mode);
  file(file_id id, std::int64_t position, std::string path) noexcept
      : id_(id), position_(position), path_(std::move(path)) {}

  template <class Request, class Bytes>
  task<std::size_t> transfer(std::string_view verb, Bytes Request::* field, Bytes bytes,
                             std::int64_t offset);

  file_id open_id() const noexcept {
    PIRN_ASSERT(id_ != file_id::none, "a file that was closed or moved from is used");
    return id_;
  }

  file_id id_;
  // Kept here: io_uring does not move the system's when a full disk cuts a write short (Linux
  // 6.18), and the rest would go over the beginning. Negative where the system's is the right one.
  std::int64_t position_;
  std::string path_;
};

/// Opens a file.
/// Throws: std::system_error ("open notes.txt: permission denied").
task<file> open(std::string path, open_mode mode = {.read = true});

task<> rename(std::string from, std::string to);
task<> remove(std::string path);
task<> remove_directory(std::string path);
/// Makes a directory.
/// Returns: false when it was there already.
task<bool> make_directory(std::string path);
task<file_status> status(std::string path);

/// Writes a file that appears under its name only when it is whole: beside it first, then renamed.
/// Cancel: the partial file is removed.
task<> write_whole(std::string path, std::span<const std::byte> bytes);

}  // namespace pirn::io
