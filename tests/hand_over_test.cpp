// hand_over: a server is replaced by another process while clients connect without a pause, on
// each pair of drivers: none is refused, and none that was accepted is dropped.
#include "pirn/net/hand_over.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/server.hpp"
#include "pirn/platform/uring_driver.hpp"
#include "pirn/run/run.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

/// A line through which one process tells the others something.
struct told {
  told() {
    if (::pipe(ends.data()) != 0) std::abort();
  }
  void say(std::uint16_t number) const {
    if (::write(ends[1], &number, sizeof number) != sizeof number) std::abort();
  }
  std::uint16_t hear() const {
    std::uint16_t number = 0;
    if (::read(ends[0], &number, sizeof number) != sizeof number) std::abort();
    return number;
  }
  std::array<int, 2> ends{};
};

/// Answers each connection's byte with who it is.
task<> serve_as(std::string_view name, net::listener& where, duration grace) {
  auto handle = [name](net::tcp_stream peer) -> task<> {
    lease asked = co_await peer.read();
    if (asked.empty()) co_return;
    co_await peer.write_all(name);
  };
  co_await net::serve_on(where, handle, {.grace = grace});
}

endpoint control_name(int number) {
  return endpoint::unix_socket(std::string(1, '\0') + "pirn-hand-over-test-" +
                               std::to_string(number));
}

task<> serve_within(cancel_scope& scope, net::listener& where) {
  co_await within(scope, serve_as("old", where, 10s));
}

task<> old_server(int number, const told& port) {
  std::vector<net::named_listener> own;
  own.push_back({"service", net::listener(net::loopback(0))});
  net::listener control(control_name(number));
  port.say(own[0].where.local().port());
  cancel_scope serving;
  co_await with_group([&](task_group& group) -> task<> {
    group.start(serve_within(serving, own[0].where));
    net::tcp_stream successor = co_await control.accept();
    co_await net::hand_over(successor, own);
    serving.cancel();
  });
}

task<> new_server(int number, const told& stop) {
  net::tcp_stream predecessor = co_await net::connect(control_name(number));
  std::vector<net::named_listener> taken = co_await net::take_over(predecessor);
  co_await with_group([&](task_group& group) -> task<> {
    group.start(serve_as("new", taken[0].where, 10s));
    co_await net::tell_ready(predecessor);
    io_wait<poll_operation> stopped("the end");
    stopped.request().descriptor = stop.ends[0];
    stopped.request().events = poll_readable;
    co_await stopped;
    group.cancel();
  });
}

template <class Body>
pid_t in_child(driver_choice driver, Body body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    run({.driver = driver}, body);
    ::_exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    ::_exit(1);
  }
}

/// Asks the server who it is; what went wrong, if something did.
std::string ask(std::uint16_t port) {
  const int peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    answer = std::string("connect: ") + std::strerror(errno);
  } else if (::send(peer, "?", 1, MSG_NOSIGNAL) != 1) {
    answer = std::string("send: ") + std::strerror(errno);
  } else {
    std::array<char, 16> room;
    ssize_t count = 0;
    while ((count = ::recv(peer, room.data(), room.size(), 0)) > 0) {
      answer.append(room.data(), static_cast<std::size_t>(count));
    }
    if (count < 0) answer = std::string("receive: ") + std::strerror(errno);
  }
  ::close(peer);
  return answer;
}

/// What many clients were answered.
struct answers {
  std::atomic<int> by_old = 0;
  std::atomic<int> by_new = 0;
  std::atomic<int> other = 0;

  void add(const std::string& answer) {
    if (answer == "old") {
      ++by_old;
    } else if (answer == "new") {
      ++by_new;
    } else if (++other == 1) {
      ADD_FAILURE() << "a client got '" << answer << "'";
    }
  }
};

int status_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

using driver_pair = std::pair<driver_choice, driver_choice>;
class hand_over_test : public ::testing::TestWithParam<driver_pair> {};

std::vector<driver_pair> pairs() {
  std::vector<driver_choice> drivers{driver_choice::epoll};
  if (make_uring_driver()) drivers.push_back(driver_choice::io_uring);
  std::vector<driver_pair> all;
  for (driver_choice before : drivers) {
    for (driver_choice after : drivers) all.emplace_back(before, after);
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(drivers, hand_over_test, ::testing::ValuesIn(pairs()));

TEST_P(hand_over_test, no_client_notices_that_the_server_is_replaced) {
  const told port;
  const told start;
  const told stop;
  const int number = ::getpid();
  const pid_t old_one = in_child(GetParam().first, [&] { return old_server(number, port); });
  const pid_t new_one = in_child(GetParam().second, [&] {
    start.hear();  // on this process's time: nothing runs here yet
    return new_server(number, stop);
  });
  const std::uint16_t at = port.hear();
  answers got;
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < 3; ++client) {
      clients.emplace_back([&](std::stop_token enough) {
        while (!enough.stop_requested()) got.add(ask(at));
      });
    }
    while (got.by_old.load() < 300) std::this_thread::yield();
    start.say(1);
    while (got.by_new.load() < 300 && got.other.load() == 0) std::this_thread::yield();
    EXPECT_EQ(status_of(old_one), 0) << "the old server ends by itself";
  }
  EXPECT_EQ(got.other.load(), 0);
  EXPECT_EQ(ask(at), "new");
  stop.say(1);
  EXPECT_EQ(status_of(new_one), 0);
}

}  // namespace
