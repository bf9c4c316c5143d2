// partial_download: a file that is written while it arrives, and can be gone on with later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "blocking_file.hpp"
#include "pirn/core/task.hpp"
#include "pirn/http/client.hpp"
#include "pirn/io/file.hpp"

namespace pirn::apps {

/// What is known of a download that has begun: how much of it lies in `NAME.part`, and of which
/// version of the resource. It is kept in `NAME.part.info`, four lines of text.
struct resume_point {
  std::string url;
  std::string validator = {};     ///< an entity tag, or a date, as it goes into If-Range
  std::uint64_t whole_bytes = 0;  ///< of the finished file
  std::uint64_t there_bytes = 0;  ///< so much is in the partial file, whatever happens to the power
};

std::string info_path(const std::string& path);
std::string format_resume_point(const resume_point& point);
/// Returns: nullopt for what is no such text.
std::optional<resume_point> parse_resume_point(std::string_view text);

/// What of a response may prove later that the resource has not changed: a strong entity tag, else
/// a date of change that lies at least a minute before the response (RFC 9110 8.8.2.2).
/// Returns: empty when there is nothing of the kind.
std::string validator_of(const http::fields& headers);

/// The names of the partial downloads in a directory. Blocks.
std::set<std::string> partial_downloads_in(const std::string& directory);

/// Reads where the download to `path` stands.
/// Returns: nullopt when there is none, or when it is of another URL.
task<std::optional<resume_point>> load_resume_point(const std::string& path,
                                                    const std::string& url);

/// Removes what there is of a partial download to `path`, as far as that can be done.
/// Cancel: refused.
task<> discard_partial(const std::string& path);

/// A file on its way: `NAME.part` until it is whole.
///
/// What is said to be there survives a power cut: every five seconds, and when it stops, the file
/// is synced and its size written beside it.
///
/// Throws: storage_error that names the operation and the path, from every member but suspend().
class partial_download {
 public:
  /// `path`: the final name. With `sync` the whole file survives a power cut too.
  explicit partial_download(std::string path, write_whole_options options = {})
      : path_(std::move(path)), options_(options) {}

  /// Opens a new partial file; with a validator in `point` it can be gone on with.
  task<> begin(resume_point point);
  /// Opens the partial file that is there, to go on at `point.there_bytes`.
  task<> go_on(resume_point point);
  task<> write(std::span<const std::byte> bytes);
  /// The file is whole: it gets its name.
  task<> finish();
  /// Closes the file and leaves it.
  /// Returns: where to go on; nullopt when that cannot be.
  /// Cancel:  refused.
  task<std::optional<resume_point>> suspend();

  std::uint64_t there_bytes() const noexcept { return point_.there_bytes; }

 private:
  task<> open(resume_point point, bool from_start);
  bool can_be_gone_on_with() const noexcept {
    return !point_.validator.empty() && point_.there_bytes > 0;
  }
  task<> save();
  task<> sync_name();

  std::string path_;
  write_whole_options options_;
  resume_point point_;
  time_point saved_at_{};
  std::optional<io::file> file_;
};

}  // namespace pirn::apps
