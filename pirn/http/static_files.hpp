// static_files: answers GET and HEAD with the files below a directory.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pirn/http/server.hpp"

namespace pirn::http {

struct static_options {
  bool list_directories = false;  ///< answer a directory without index.html with a list; else 404
};

/// Serves the files below `root`: ranges, `ETag` and `Last-Modified` with 304 and 412, types by
/// name, `index.html` for a directory. `..` and symbolic links that lead out of `root` are refused
/// (403), what is no regular file is not found.
///
/// Cost: reads in pieces of 64 KiB; the loop never waits for the disk.
/// Throws: std::system_error when `root` is not a directory.
class static_files {
 public:
  explicit static_files(const std::filesystem::path& root, static_options options = {});

  /// Answers with the file that the request's path names.
  task<> operator()(exchange& current) const;
  /// Answers with the file at `path` below the root (percent-decoding done).
  task<> answer(exchange& current, std::string path) const;

 private:
  std::string root_;  // canonical
  static_options options_;
};

}  // namespace pirn::http
