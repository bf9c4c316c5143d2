// small_files: writes many small files with few visits to a thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "blocking_file.hpp"
#include "pirn/core/task.hpp"
#include "pirn/sync/event.hpp"

namespace pirn::apps {

/// Writes files whole, as `write_whole_blocking` does, but on a thread, so that the loop goes on.
///
/// The files that are handed in while the thread is busy go to it together as soon as it comes
/// back: when there is much to write, one visit writes many files, and when there is little, each
/// is written at once.
///
/// Threads: its loop's.
class small_files {
 public:
  /// With `sync` a file that was written survives a power cut.
  explicit small_files(write_whole_options options = {}) noexcept : options_(options) {}
  small_files(small_files&&) = delete;  // writes point at it

  /// Writes one file. `bytes` must live until it is done.
  /// Throws: std::system_error that names the operation and the path.
  /// Cancel: refused; the file is written.
  task<> write(const std::string& path, std::span<const std::byte> bytes);

 private:
  /// A file to write; lives in the frame of its write().
  struct entry {
    const std::string& path;
    std::span<const std::byte> bytes;
    std::exception_ptr error{};
    bool is_done = false;
    event wake_up{};  // set when it is done, or when it is its task's turn to lead
  };

  task<> write_entry(entry& mine);
  static void write_batch(const std::vector<entry*>& batch, write_whole_options options) noexcept;
  static void sync_names(const std::vector<entry*>& batch) noexcept;

  write_whole_options options_;
  std::vector<entry*> waiting_;
  bool has_leader_ = false;
};

}  // namespace pirn::apps
