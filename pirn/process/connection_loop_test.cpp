// connection: pipes of tasks, on each kernel's loop; and of tasks and threads.
#include <cerrno>
#include <string>
#include <thread>

#include <fcntl.h>

#include "pirn/core/gather.hpp"
#include "pirn/process/connection.hpp"
#include "pirn/process/process_test.hpp"

namespace {

using namespace pirn;
using namespace std::chrono_literals;

remote::bytes some_bytes(std::size_t count) {
  remote::bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(i * 7 / 3);
  return bytes;
}

class connections_on_loops : public pirn::testing::on_kernel {};
INSTANTIATE_TEST_SUITE_P(drivers, connections_on_loops, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

task<> answer_all(connection& from) {
  for (;;) {
    std::string text = co_await from.recv<std::string>();
    if (text.empty()) co_return;
    co_await from.send(text + "!");
  }
}

task<> ask(connection& to) {
  for (int i = 0; i < 100; ++i) {
    std::string question = std::to_string(i);
    co_await to.send(question);
    std::string answer = co_await to.recv<std::string>();
    EXPECT_EQ(answer, question + "!");
  }
  co_await to.send("");
}

TEST_P(connections_on_loops, tasks_talk_to_one_another) {
  on_loop([]() -> task<> {
    auto [left, right] = pirn::pipe();
    co_await gather(answer_all(left), ask(right));
  });
}

task<> send_all(connection& to, std::span<const std::byte> bytes) {
  co_await to.send_bytes(bytes);
}
task<std::size_t> receive_all(connection& from) {
  auto bytes = co_await from.recv_bytes();
  co_return bytes.size();
}

TEST_P(connections_on_loops, a_large_message_flows_while_it_is_received) {
  on_loop([]() -> task<> {
    auto [left, right] = pirn::pipe();
    auto bytes = some_bytes(3'000'000);
    auto both = co_await gather(receive_all(right), send_all(left, bytes));
    EXPECT_EQ(std::get<0>(both), bytes.size());
  });
}

TEST_P(connections_on_loops, a_task_talks_to_a_thread) {
  on_loop([]() -> task<> {
    auto [left, right] = pirn::pipe();
    std::jthread other([&there = right] {
      for (int i = there.recv<int>().result(20s); i != 0; i = there.recv<int>().result(20s)) {
        there.send(i + 1).result(20s);
      }
    });
    for (int i = 1; i < 100; ++i) {
      co_await left.send(i);
      int next = co_await left.recv<int>();
      EXPECT_EQ(next, i + 1);
    }
    co_await left.send(0);
  });
}

TEST_P(connections_on_loops, readable_waits_for_something_or_the_end) {
  on_loop([]() -> task<> {
    auto [left, right] = pirn::pipe();
    bool came = co_await move_on_after(1ms, right.readable());
    EXPECT_FALSE(came);
    co_await left.send(1);
    co_await right.readable();
    EXPECT_TRUE(right.poll());
    int got = co_await right.recv<int>();
    EXPECT_EQ(got, 1);
    left.close();
    co_await right.readable();
  });
}

task<> exchange() {
  auto [left, right] = pirn::pipe();
  auto bytes = some_bytes(600'000);
  co_await gather(receive_all(right), send_all(left, bytes));
  unique_fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  co_await left.send_handle(file.get());
  unique_fd received = co_await right.recv_handle();
  EXPECT_TRUE(received);
}

TEST_P(connections_on_loops, an_exchange_cancelled_anywhere_leaves_nothing) {
  pirn::testing::cancel_each_await(exchange, pirn::testing::expect_no_error,
                                   {.driver = GetParam()});
}

TEST(connections_on_virtual_time, awaiting_is_an_error_that_says_so) {
  auto work = []() -> task<> {
    auto [left, right] = pirn::pipe();
    co_await left.send(1);
  };
  try {
    run({.driver = driver_choice::virtual_time}, work);
    FAIL() << "it ran";
  } catch (const std::system_error& error) {
    EXPECT_STREQ(error.what(),
                 "send to a pipe on a loop whose time is virtual: Operation not supported");
  }
}

}  // namespace
