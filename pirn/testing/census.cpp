#include "pirn/testing/census.hpp"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <iterator>

#include <sys/wait.h>

#include "pirn/core/frame_pool.hpp"
#include "pirn/platform/uring_driver.hpp"
#include "pirn/sim/virtual_driver.hpp"

namespace pirn::testing {

namespace {

void add(std::string& words, std::int64_t count, const char* what) {
  if (count == 0) return;
  if (!words.empty()) words += ", ";
  words += std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string held_in_simulation(virtual_driver& idle) {
  while (idle.event_count() > 0) idle.poll(never);
  const sim::network::statistics count = idle.network_statistics();
  std::string words;
  add(words, static_cast<std::int64_t>(count.connections), "connection");
  add(words, static_cast<std::int64_t>(count.packet_memories), "packet");
  return words;
}

std::string held_by_ring(uring_driver& idle) {
  constexpr int polls_max = 2000;
  const auto holds = [&] {
    const uring_statistics now = idle.statistics();
    return now.sockets + now.own_buffers > 0;
  };
  for (int i = 0; holds() && i < polls_max; ++i) {
    idle.poll(idle.now() + std::chrono::milliseconds(1));
  }
  const uring_statistics count = idle.statistics();
  std::string words;
  add(words, static_cast<std::int64_t>(count.sockets), "socket");
  add(words, static_cast<std::int64_t>(count.own_buffers), "lent buffer");
  return words;
}

}  // namespace

std::size_t open_descriptors() {
  namespace fs = std::filesystem;
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

bool has_children() {
  siginfo_t nobody{};
  return ::waitid(P_ALL, 0, &nobody, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

census::census()
    : descriptors_(open_descriptors()),
      frames_(pirn::detail::frames_in_use()),
      had_children_(has_children()) {}

std::string census::left_behind() const {
  std::string words;
  add(words,
      static_cast<std::int64_t>(open_descriptors()) - static_cast<std::int64_t>(descriptors_),
      "descriptor");
  add(words, pirn::detail::frames_in_use() - frames_, "coroutine frame");
  if (!had_children_ && has_children()) words += words.empty() ? "a child" : ", a child";
  return words;
}

std::string held_by(driver& idle) {
  if (auto* simulated = dynamic_cast<virtual_driver*>(&idle)) return held_in_simulation(*simulated);
  if (auto* ring = dynamic_cast<uring_driver*>(&idle)) return held_by_ring(*ring);
  return {};  // epoll's sockets are descriptors, and nothing else
}

}  // namespace pirn::testing
