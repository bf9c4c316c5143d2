// url_download: one URL, from its server to a file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "partial_download.hpp"
#include "pirn/http/client.hpp"
#include "small_files.hpp"

namespace pirn::apps {

/// One URL to fetch, and how far that has come.
struct url_job {
  explicit url_job(http::url wanted) : url(std::move(wanted)) {}

  http::url url;
  std::string path;                    ///< of the file
  std::optional<resume_point> resume;  ///< set when a part is on the disk and can be gone on with
  bool look_for_partial = false;       ///< an earlier run may have left one
  unsigned attempts = 0;
  http::status status{};           ///< of the last answer
  std::uint64_t resumed_from = 0;  ///< where the last attempt went on
  std::uint64_t size_bytes = 0;    ///< of the finished file
};

/// What all downloads of a run share.
struct download_tools {
  http::client& client;
  small_files& files;
  write_whole_options storing;  ///< of large files
  /// Told how many bytes of a body have come.
  std::function<void(std::size_t)> arrived;
};

/// Makes one attempt. The file appears when it is whole; a small one is written with one visit to a
/// thread, a large one while it arrives.
///
/// Throws: status_error; storage_error; std::system_error and timeout_error of the connection. Then
///         a partial file is left only when `job.resume` says where to go on.
/// Cancel: likewise.
task<> attempt_download(const download_tools& tools, url_job& job);

}  // namespace pirn::apps
