#include "sim_site.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>

#include "pirn/core/sleep.hpp"
#include "pirn/io/file.hpp"

namespace pirn::apps {

namespace {

using namespace std::chrono_literals;

constexpr duration change_pause_max = 2s;
constexpr std::array<std::size_t, 8> sizes{0, 1, 700, 5'000, 32 * 1024, 33'000, 70'000, 200'000};

}  // namespace

std::optional<std::size_t> site_file::version_of(std::string_view bytes) const {
  for (std::size_t i = versions.size(); i > 0; --i) {
    if (versions[i - 1] == bytes) return i - 1;
  }
  return std::nullopt;
}

sim_site::sim_site(host& server, random_source lots) : lots_(lots) {
  for (std::size_t size : sizes) {
    site_file& made = files_.emplace_back();
    made.name = "file" + std::to_string(files_.size());
    made.size_bytes = size;
    made.versions.push_back(next_version(made));
    server.disk().put(std::string(directory) + "/" + made.name, made.versions.front());
  }
}

// Bytes without a period, so that lost and repeated ones show, and of the same size mostly, so that
// the size does not.
std::string sim_site::next_version(const site_file& of) {
  random_source bytes = lots_.split(of.name + std::to_string(of.versions.size()));
  std::string text(of.size_bytes + (of.size_bytes > 0 && lots_.below(4) == 0 ? 1 : 0), '\0');
  for (std::size_t i = 0; i < text.size(); i += 8) {
    const std::uint64_t word = bytes();
    std::memcpy(text.data() + i, &word, std::min<std::size_t>(8, text.size() - i));
  }
  return text;
}

task<> sim_site::publish(site_file& which) {
  const std::string path = std::string(directory) + "/" + which.name;
  const std::string fresh = path + ".new";
  which.versions.push_back(next_version(which));
  const std::size_t number = which.versions.size() - 1;
  io::file file = co_await io::open(fresh, {.write = true, .create = true, .truncate = true});
  co_await file.write_all(std::as_bytes(std::span(which.versions[number])));
  co_await file.sync();
  co_await file.close();
  co_await io::rename(fresh, path);
  io::file names = co_await io::open(std::string(directory), {.read = true, .directory = true});
  co_await names.sync();
  which.settled = number;
}

task<> sim_site::keep_changing() {
  for (;;) {
    const std::uint64_t pause_ns = lots_.below(change_pause_max.count());
    co_await sleep_for(duration(static_cast<duration::rep>(pause_ns)));
    if (is_frozen_) continue;
    try {
      co_await publish(files_[lots_.below(files_.size())]);
    } catch (const std::system_error&) {  // a bad disk: the old version stays
    }
  }
}

}  // namespace pirn::apps
