// serve_on: failures stay in their connection, a cancelled server lets its handlers end.
#include "pirn/net/server.hpp"

#include <cerrno>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/core/within.hpp"
#include "pirn/io/buffered_reader.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/net/error.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class server_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, server_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);
class listener_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, listener_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<std::string> ask(endpoint where, std::string_view text) {
  tcp_stream peer = co_await connect(where);
  co_await peer.write_all(text);
  co_await peer.shut_down_writing();
  std::string answer = co_await read_to_end(peer);
  co_return answer;
}

/// Echoes; "fail" and "break" make it throw.
task<> echo_or_throw(tcp_stream peer) {
  for (;;) {
    lease chunk = co_await peer.read();
    if (chunk.empty()) break;
    if (chunk.text() == "fail") throw std::system_error(EIO, std::generic_category(), "made up");
    if (chunk.text() == "break") throw std::runtime_error("a mistake");
    co_await peer.write_all(chunk);
  }
}

TEST_P(server_test, a_network_failure_ends_its_own_connection_alone) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, echo_or_throw));
      std::string failed = co_await ask(where.local(), "fail");
      EXPECT_EQ(failed, "");
      std::string served = co_await ask(where.local(), "next");
      EXPECT_EQ(served, "next");
      group.cancel();
    });
  });
}

TEST_P(server_test, what_a_peer_brings_about_never_ends_the_server_for_want_of_a_sink) {
  on_loop([]() -> task<> {
    auto handler = [](tcp_stream peer) -> task<> {
      lease asked = co_await peer.read();
      const std::string text(asked.text());
      if (text == "silence") co_await timeout(duration{}, peer.read());
      if (text == "too long") throw io::limit_exceeded("a line");
      if (text == "too short") throw io::incomplete_read("t", 9);
      co_await peer.write_all(text);
    };
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, handler));
      for (const std::string_view each : {"silence", "too long", "too short"}) {
        tcp_stream peer = co_await connect(where.local());
        co_await peer.write_all(each);
        const std::string answer = co_await read_to_end(peer);
        EXPECT_EQ(answer, "") << each;
      }
      const std::string served = co_await ask(where.local(), "next");
      EXPECT_EQ(served, "next");
      group.cancel();
    });
  });
}

TEST_P(server_test, another_failure_ends_the_server) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    std::string told;
    try {
      co_await with_group([&](task_group& group) -> task<> {
        group.start(serve_on(where, echo_or_throw));
        co_await ask(where.local(), "break");
        co_await sleep_for(10s);
      });
    } catch (const exception_group& error) {
      told = error.what();
    }
    EXPECT_NE(told.find("a mistake"), std::string::npos) << told;
  });
}

sockaddr_in loopback_sockaddr(const endpoint& local) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(local.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

TEST_P(server_test, a_connection_that_comes_while_a_failure_ends_the_server_is_closed) {
  if (is_virtual()) return;  // it takes a poll between the failure's turn and the next
  std::string told = on_loop([]() -> task<std::string> {
    listener where(loopback(0));
    const sockaddr_in address = loopback_sockaddr(where.local());
    const int raw = ::socket(AF_INET, SOCK_STREAM, 0);
    auto fail_when_another_comes = [&](const tcp_stream&) -> task<> {
      ::connect(raw, reinterpret_cast<const sockaddr*>(&address), sizeof address);
      loop::current().post([] {});  // so that the loop polls before the server has its turn
      throw std::runtime_error("a mistake");
      co_return;
    };
    auto serve_and_come = [&]() -> task<> {
      co_await gather(serve_on(where, fail_when_another_comes), ask(where.local(), ""));
    };
    std::string message = co_await message_of<std::exception>(serve_and_come);
    ::close(raw);
    co_return message;
  });
  EXPECT_NE(told.find("a mistake"), std::string::npos) << told;
}

TEST_P(server_test, a_sink_is_told_every_failure_and_the_server_goes_on) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    std::vector<std::string> told;
    failure_sink sink = [&](const endpoint& peer, const std::exception_ptr& error) {
      EXPECT_EQ(peer.host(), "127.0.0.1");
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& each) {
        told.push_back(each.what());
      }
    };
    co_await with_group([&](task_group& group) -> task<> {
      group.start(serve_on(where, echo_or_throw, {}, sink));
      co_await ask(where.local(), "break");
      co_await ask(where.local(), "fail");
      std::string served = co_await ask(where.local(), "next");
      EXPECT_EQ(served, "next");
      group.cancel();
    });
    const std::vector<std::string> expected{"a mistake", "made up: Input/output error"};
    EXPECT_EQ(told, expected);
  });
}

/// What an echo over `pause` gets when its server, with `grace`, is cancelled meanwhile.
task<std::string> cut_by_cancel(duration pause, duration grace) {
  listener where(loopback(0));
  auto slow = [pause](tcp_stream peer) -> task<> {
    lease chunk = co_await peer.read();
    co_await sleep_for(pause);
    co_await peer.write_all(chunk);
  };
  cancel_scope serving;
  auto stop = [&]() -> task<> {
    co_await sleep_for(20ms);
    serving.cancel();
  };
  auto [ended, stopped, answer] = co_await gather(
      within(serving, serve_on(where, slow, {.grace = grace})), stop(), ask(where.local(), "slow"));
  co_return answer;
}

TEST_P(server_test, a_cancelled_server_gives_its_handlers_the_grace) {
  std::string answer = on_loop([] { return cut_by_cancel(60ms, 10s); });
  EXPECT_EQ(answer, "slow");
}

TEST_P(server_test, without_grace_the_handlers_are_cancelled_too) {
  std::string answer = on_loop([] { return cut_by_cancel(10s, 0s); });
  EXPECT_EQ(answer, "");
}

TEST_P(server_test, the_grace_ends) {
  std::string answer = on_loop([] { return cut_by_cancel(10s, 30ms); });
  EXPECT_EQ(answer, "");
}

TEST_P(listener_test, an_address_in_use_is_named) {
  on_loop([]() -> task<> {
    listener first(loopback(0));
    std::string message;
    try {
      listener second(first.local());
    } catch (const std::system_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "listen on " + first.local().to_string() + ": Address already in use");
    co_return;
  });
}

TEST_P(listener_test, a_cancelled_accept_loses_no_connection) {
  on_loop([]() -> task<> {
    listener where(loopback(0));
    for (int round = 0; round < 3; ++round) {
      auto none = co_await move_on_after(2ms, where.accept());
      EXPECT_FALSE(none.has_value());
      auto [client, server] = co_await gather(connect(where.local()), where.accept());
      EXPECT_EQ(client.local(), server.peer());
    }
  });
}

TEST_P(listener_test, connections_that_nobody_took_are_closed_with_it) {
  on_loop([]() -> task<> {
    std::vector<tcp_stream> clients;
    {
      listener where(loopback(0));
      for (int count = 0; count < 3; ++count) {
        tcp_stream client = co_await connect(where.local());
        clients.push_back(std::move(client));
      }
      tcp_stream first = co_await where.accept();
      co_await sleep_for(2ms);
    }
    for (tcp_stream& each : clients) {
      bool ended = false;
      try {
        lease chunk = co_await each.read();
        ended = chunk.empty();
      } catch (const std::system_error& error) {
        ended = error.code() == std::errc::connection_reset;
      }
      EXPECT_TRUE(ended);
    }
  });
}

/// Allows the process 128 descriptors for as long as it lives. A kernel's pending accept keeps the
/// limit that held when it began, so this comes before the listener.
class few_descriptors {
 public:
  few_descriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = 128;
    setrlimit(RLIMIT_NOFILE, &lowered);
  }
  few_descriptors(few_descriptors&&) = delete;  // restores once
  ~few_descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

/// Holds all descriptors that are free.
class descriptor_hog {
 public:
  descriptor_hog() {
    for (int next = another(); next >= 0; next = another()) held_.push_back(next);
  }
  descriptor_hog(descriptor_hog&&) = delete;  // closes once
  ~descriptor_hog() {
    for (int each : held_) close(each);
  }

 private:
  static int another() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

  std::vector<int> held_;
};

/// The processor time that this thread has used.
std::chrono::nanoseconds thread_time() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

/// UBSan looks at the type of an object through a pipe, once for each type: so before there are no
/// descriptors left for one.
void catch_a_shortage() {
  try {
    throw failure("accept on", "nothing", EMFILE);
  } catch (const std::system_error& error) {
    EXPECT_TRUE(is_shortage(error.code()));
  }
}

TEST_P(server_test, a_server_short_of_descriptors_pauses_and_then_goes_on) {
  if (is_virtual()) return;  // its sockets are no descriptors
  catch_a_shortage();
  few_descriptors limited;
  on_loop([]() -> task<> {
    listener where(loopback(0));
    co_await with_group([&](task_group& group) -> task<> {
      const serve_options patient{.shortage_pause = 20ms};
      group.start(serve_on(where, echo_or_throw, patient));
      co_await sleep_for(5ms);
      tcp_stream client = co_await connect(where.local());
      std::string warm = co_await ask(where.local(), "warm");
      EXPECT_EQ(warm, "warm");
      co_await sleep_for(5ms);  // until what that used is closed
      const int raw = ::socket(AF_INET, SOCK_STREAM, 0);
      {
        descriptor_hog shortage;
        const sockaddr_in address = loopback_sockaddr(where.local());
        EXPECT_EQ(::connect(raw, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::write(raw, "x", 1), 1);
        const std::chrono::nanoseconds before = thread_time();
        co_await sleep_for(50ms);  // accepts fail meanwhile
        EXPECT_LT(thread_time() - before, 25ms) << "the server spins";
        char none = 0;
        EXPECT_EQ(recv(raw, &none, 1, MSG_DONTWAIT), -1);
      }
      co_await sleep_for(60ms);
      char echoed = 0;
      EXPECT_EQ(recv(raw, &echoed, 1, MSG_DONTWAIT), 1);
      EXPECT_EQ(echoed, 'x');
      ::close(raw);
      group.cancel();
    });
  });
}

}  // namespace
