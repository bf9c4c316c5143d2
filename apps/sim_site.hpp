// sim_site: files that change while they are served, and what a download of one may be.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/base/random.hpp"
#include "pirn/core/task.hpp"
#include "pirn/world/world.hpp"

namespace pirn::apps {

/// A file of the site, and its versions so far.
struct site_file {
  std::string name;
  std::size_t size_bytes = 0;
  std::vector<std::string> versions;  ///< their bytes; the last may not be there for others yet
  std::size_t settled = 0;            ///< this version, or a later one, is there whatever happens

  /// Which version some bytes are, the last one if several are equal; nullopt when they are none.
  std::optional<std::size_t> version_of(std::string_view bytes) const;
};

/// Files of many sizes, from nothing to more than is written in one piece, on a server's disk.
class sim_site {
 public:
  static constexpr std::string_view directory = "/site";

  /// Puts the first versions on the disk.
  sim_site(host& server, random_source lots);

  std::vector<site_file>& files() noexcept { return files_; }
  const std::vector<site_file>& files() const noexcept { return files_; }

  /// Replaces a file by its next version now and then, until it is cancelled: beside it first,
  /// synced, then renamed. Runs on the server.
  task<> keep_changing();
  /// From now on nothing changes.
  void freeze() noexcept { is_frozen_ = true; }

 private:
  std::string next_version(const site_file& of);
  task<> publish(site_file& which);

  random_source lots_;
  std::vector<site_file> files_;
  bool is_frozen_ = false;
};

}  // namespace pirn::apps
