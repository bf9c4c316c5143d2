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
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
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

/// How long anything may take before the test gives up.
constexpr std::chrono::seconds patience{60};

/// A line through which one process tells the others something.
struct told {
  told() {
    if (::pipe(ends.data()) != 0) std::abort();
  }
  told(told&&) = delete;  // closes its ends
  ~told() {
    for (int end : ends) ::close(end);
  }
  bool has_news() const {
    pollfd reader{.fd = ends[0], .events = POLLIN, .revents = 0};
    return ::poll(&reader, 1, 0) == 1;
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

/// A program in a process of its own, which the test's end ends.
class child_process {
 public:
  template <class Body>
  child_process(const char* name, driver_choice driver, Body body) : name_(name), pid_(::fork()) {
    if (pid_ < 0) std::abort();
    if (pid_ != 0) return;
    try {
      run({.driver = driver}, body);
      ::_exit(0);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "the %s server: %s\n", name, error.what());
      ::_exit(1);
    }
  }
  child_process(child_process&&) = delete;  // is ended once
  ~child_process() {
    if (has_ended()) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  bool has_ended() {
    if (!ended_) ended_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
    return ended_;
  }
  /// "the old server: exit status 1"
  std::string state() {
    std::string text = "the " + name_ + " server: ";
    if (!has_ended()) return text + "running";
    if (WIFSIGNALED(status_)) return text + ::strsignal(WTERMSIG(status_));
    return text + "exit status " + std::to_string(WEXITSTATUS(status_));
  }

 private:
  std::string name_;
  pid_t pid_;
  int status_ = 0;
  bool ended_ = false;
};

/// Waits until it is so, for as long as the processes run that it takes.
/// Returns: what is wrong; empty when it is so.
template <class Condition>
std::string wait_until(Condition is_so, std::initializer_list<child_process*> needed) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!is_so()) {
    for (child_process* each : needed) {
      if (each->has_ended()) return each->state();
    }
    if (std::chrono::steady_clock::now() > deadline) return "it takes too long";
    std::this_thread::yield();
  }
  return {};
}

/// Returns: how it ended, or that it has not.
std::string end_of(child_process& child) {
  wait_until([&] { return child.has_ended(); }, {});
  return child.state();
}

/// Asks the server who it is; what went wrong, if something did.
std::string ask(std::uint16_t port) {
  const int peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
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
  child_process old_one("old", GetParam().first, [&] { return old_server(number, port); });
  child_process new_one("new", GetParam().second, [&] {
    start.hear();  // on this process's time: nothing runs here yet
    return new_server(number, stop);
  });
  ASSERT_EQ(wait_until([&] { return port.has_news(); }, {&old_one}), "");
  const std::uint16_t at = port.hear();
  answers got;
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < 3; ++client) {
      clients.emplace_back([&](std::stop_token enough) {
        while (!enough.stop_requested()) got.add(ask(at));
      });
    }
    const auto are_answered = [&](const std::atomic<int>& by) {
      return by.load() >= 300 || got.other.load() != 0;
    };
    ASSERT_EQ(wait_until([&] { return are_answered(got.by_old); }, {&old_one, &new_one}), "");
    start.say(1);
    ASSERT_EQ(wait_until([&] { return are_answered(got.by_new); }, {&new_one}), "");
    EXPECT_EQ(end_of(old_one), "the old server: exit status 0") << "it ends by itself";
  }
  EXPECT_EQ(got.other.load(), 0);
  EXPECT_EQ(ask(at), "new");
  stop.say(1);
  EXPECT_EQ(end_of(new_one), "the new server: exit status 0");
}

}  // namespace
