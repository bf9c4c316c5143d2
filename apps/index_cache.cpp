#include "index_cache.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "blocking_file.hpp"
#include "directories.hpp"
#include "name_indexer.hpp"
#include "pirn/base/assert.hpp"
#include "pirn/base/hash.hpp"
#include "unicode_data.hpp"

namespace pirn::apps {

namespace {

// A source as it is now: its name, size and time of change.
struct source_version {
  std::uint64_t name;
  std::uint64_t version;
};

source_version version_of(const std::string& source, const file_status& status) {
  running_hash hash;
  hash.add(std::filesystem::absolute(source).lexically_normal().native());
  const std::uint64_t name = hash.value();
  hash.add(status.size_bytes);
  hash.add(static_cast<std::uint64_t>(status.modified_ns));
  return {.name = name, .version = hash.value()};
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<name_index> read_cache(const std::string& path, std::uint64_t version,
                                     const std::function<void(std::string_view)>& complain) {
  try {
    return name_index::open(read_whole_blocking(path), version);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::no_such_file_or_directory) complain(error.what());
    return std::nullopt;
  }
}

name_index make_index(const std::string& source, std::uint64_t version) {
  const std::vector<std::byte> bytes = read_whole_blocking(source);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  auto index =
      name_index::open(make_name_image(parse_unicode_data(text, source), version), version);
  PIRN_ASSERT(index.has_value(), "an index that was just made is sound");
  return *std::move(index);
}

// A cache that cannot be written costs the next run some time, no more.
void keep(const name_index& index, const std::string& directory, const std::string& path) {
  try {
    make_directories(directory);
    write_whole_blocking(path, index.image());
  } catch (const std::system_error&) {
    return;
  }
}

}  // namespace

std::string index_cache_directory() {
  std::string home = environment("XDG_CACHE_HOME");
  if (!home.starts_with('/')) {
    home = environment("HOME");
    if (!home.starts_with('/')) return "";
    home += "/.cache";
  }
  return home + "/pirn";
}

// The version is of before the source is read: if it changes meanwhile, the next run sees that.
name_index load_name_index(const std::string& source, const std::string& directory,
                           const std::function<void(std::string_view)>& complain) {
  const file_status status = status_blocking(source);
  const source_version now = version_of(source, status);
  if (directory.empty() || status.type != file_status::kind::regular) {
    return make_index(source, now.version);
  }
  const std::string path = fmt::format("{}/charfinder-{:016x}.index", directory, now.name);
  std::optional<name_index> cached = read_cache(path, now.version, complain);
  if (cached) return *std::move(cached);
  name_index index = make_index(source, now.version);
  keep(index, directory, path);
  return index;
}

}  // namespace pirn::apps
