// file_digest: the SHA-256 of a file.
#pragma once

#include <string>

#include "sha256.hpp"

namespace pirn::apps {

/// What became of a file. It travels between processes.
struct digest_result {
  sha256_digest digest{};
  int error = 0;  ///< errno of what failed; then there is no digest

  template <class Archive>
  void serialize(Archive& archive) {
    archive(digest, error);
  }
};

/// Reads a whole file. Blocks.
/// Returns: its digest, or why it cannot be read.
/// Cost:    4 system calls for a file of up to 256 KiB; no allocation but a thread's first ones.
digest_result file_digest(const std::string& path);

}  // namespace pirn::apps
