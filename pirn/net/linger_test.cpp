// linger: last words arrive although the peer was still sending, on each driver.
#include "pirn/io/linger.hpp"

#include <string>

#include <gtest/gtest.h>

#include "pirn/net/connected_test.hpp"
#include "pirn/testing/cancel_everywhere_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class linger_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, linger_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(linger_test, an_answer_arrives_although_what_the_peer_sent_was_not_read) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    co_await ends.client.write_all(std::string(100'000, 'q'));
    auto answer = [&]() -> task<> {
      co_await ends.server.write_all("refused");
      const bool ended = co_await io::linger(ends.server, 10s);
      EXPECT_TRUE(ended);
      ends.server.close();
    };
    auto go_on = [&]() -> task<> {
      co_await ends.client.write_all(std::string(100'000, 'q'));
      std::string answered = co_await read_to_end(ends.client);
      EXPECT_EQ(answered, "refused");
      co_await ends.client.shut_down_writing();
    };
    co_await gather(answer(), go_on());
  });
}

TEST_P(linger_test, a_peer_that_does_not_end_is_waited_for_until_the_limit) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    co_await ends.client.write_all("still here");
    const bool ended = co_await io::linger(ends.server, 5ms);
    EXPECT_FALSE(ended);
  });
}

TEST_P(linger_test, a_second_one_has_nothing_to_do) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    co_await ends.client.shut_down_writing();
    for (int i = 0; i < 2; ++i) {
      const bool ended = co_await io::linger(ends.server, 10s);
      EXPECT_TRUE(ended);
    }
  });
}

TEST_P(linger_test, a_reset_of_the_peer_is_an_error_that_says_so) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    auto reset = [&]() -> task<> {
      ends.client.reset_on_close();
      ends.client.close();
      co_await yield_now();
    };
    std::string message = co_await message_of([&]() -> task<> {
      co_await gather(ends.server.write_all("last words"), reset());
      co_await io::linger(ends.server, 10s);
    });
    EXPECT_TRUE(message.starts_with("read from 127.0.0.1:")) << message;
  });
}

task<> say_last_words() {
  both_ends ends = co_await connected();
  auto answer = [&]() -> task<> {
    co_await ends.server.write_all("bye");
    co_await io::linger(ends.server, 10s);
    ends.server.close();
  };
  auto listen = [&]() -> task<> {
    co_await ends.client.write_all("unread");
    std::string heard = co_await read_to_end(ends.client);
    co_await ends.client.shut_down_writing();
  };
  co_await gather(answer(), listen());
}

TEST_P(linger_test, cancelling_it_anywhere_leaves_nothing_behind) {
  pirn::testing::cancel_whole(GetParam(), say_last_words);
}

}  // namespace
