// bell: no ring is lost, within a process and between two.
#include "pirn/platform/bell.hpp"

#include <new>
#include <thread>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using pirn::detail::bell;

TEST(bell, a_ring_before_the_wait_is_not_lost) {
  bell one;
  const auto heard = one.heard();
  one.ring();
  EXPECT_TRUE(one.wait(heard, std::nullopt));
}

TEST(bell, waits_no_longer_than_the_limit) {
  bell one;
  EXPECT_FALSE(one.wait(one.heard(), 1ms));
}

// Two threads wake each other in turn; a lost ring would leave both asleep.
TEST(bell, two_threads_take_turns) {
  constexpr std::uint32_t turns = 20'000;
  bell ping;
  bell pong;
  std::atomic<std::uint32_t> sent{0};
  std::atomic<std::uint32_t> answered{0};
  std::jthread other([&] {
    for (std::uint32_t turn = 1; turn <= turns; ++turn) {
      for (;;) {
        const auto heard = ping.heard();
        if (sent == turn) break;
        ping.wait(heard, std::nullopt);
      }
      answered = turn;
      pong.ring();
    }
  });
  for (std::uint32_t turn = 1; turn <= turns; ++turn) {
    sent = turn;
    ping.ring();
    for (;;) {
      const auto heard = pong.heard();
      if (answered == turn) break;
      pong.wait(heard, std::nullopt);
    }
  }
}

TEST(bell, wakes_another_process_from_shared_zeroed_memory) {
  void* memory =
      ::mmap(nullptr, sizeof(bell), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto& shared = *std::launder(reinterpret_cast<bell*>(memory));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(shared.heard() != 0 || shared.wait(0, 60s) ? 0 : 1);
  shared.ring();
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::munmap(memory, sizeof(bell));
}

}  // namespace
