// A program that forks while its loop has requests armed: the child ends at once or becomes another
// program, and the parent goes on as if nothing had been.
#include <array>
#include <cerrno>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/net/udp_socket.hpp"
#include "pirn/testing/census.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class fork_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, fork_test, pirn::testing::on_each(), pirn::testing::driver_name);

enum class fate { exits, becomes_another };

/// Forks a child that does nothing of its parent's, and waits for its end.
void fork_one(fate of_child) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (of_child == fate::becomes_another) ::execl("/bin/true", "true", nullptr);
    ::_exit(0);
  }
  ASSERT_GT(child, 0);
  int status = -1;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  EXPECT_EQ(status, 0);
}

task<> echo_once(tcp_stream& peer) {
  const lease chunk = co_await peer.read();
  co_await peer.write_all(chunk.bytes());
}

// Armed while it forks: a read, an accept, a datagram's receive, a timer.
task<> fork_in_mid_run(fate of_child) {
  listener where(loopback(0));
  udp_socket datagrams(loopback(0));
  both_ends ends = co_await connected();
  std::array<std::byte, 16> room{};
  auto body = [&](task_group& group) -> task<> {
    group.start(echo_once(ends.server));
    child<tcp_stream> accepted = group.start(where.accept());
    auto receive = [&]() -> task<std::size_t> {
      const datagram_info info = co_await datagrams.receive_from(room);
      co_return info.size_bytes;
    };
    child<std::size_t> received = group.start(receive());
    child<void> timer = group.start([]() -> task<> { co_await sleep_for(3ms); }());
    co_await sleep_for(1ms);
    fork_one(of_child);
    co_await ends.client.write_all("after");
    const lease echoed = co_await ends.client.read();
    EXPECT_EQ(echoed.text(), "after");
    tcp_stream late = co_await connect(where.local());
    tcp_stream taken = co_await std::move(accepted);
    EXPECT_EQ(taken.peer(), late.local());
    udp_socket sender = connect_udp(datagrams.local());
    co_await sender.send("word");
    const std::size_t size_bytes = co_await received;
    EXPECT_EQ(size_bytes, 4U);
    co_await timer;
  };
  co_await with_group(body);
}

TEST_P(fork_test, a_child_that_exits_takes_nothing_with_it) {
  const pirn::testing::census before;
  on_loop([] { return fork_in_mid_run(fate::exits); });
  EXPECT_EQ(before.left_behind(), "");
}

TEST_P(fork_test, a_child_that_becomes_another_program_takes_nothing_with_it) {
  const pirn::testing::census before;
  on_loop([] { return fork_in_mid_run(fate::becomes_another); });
  EXPECT_EQ(before.left_behind(), "");
}

}  // namespace
