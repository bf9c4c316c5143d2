// copy: what becomes of bytes that are copied from one connection to another, on each driver; on
// those of a kernel bulk goes through a pipe.
#include "pirn/io/copy.hpp"

#include <string>
#include <string_view>
#include <system_error>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "pirn/core/cancelled.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/testing/cancel_everywhere_test.hpp"
#include "pirn/testing/pattern_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::testing::pattern;

class copy_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, copy_test, pirn::testing::on_each(), pirn::testing::driver_name);

/// Two connections, with the copying program between them.
struct way {
  both_ends first;   // its server is copied from
  both_ends second;  // its client is copied to
};
task<way> connected_twice() {
  both_ends first = co_await connected();
  both_ends second = co_await connected();
  co_return way{std::move(first), std::move(second)};
}

task<> send_all(tcp_stream& to, std::string_view text) {
  co_await to.write_all(text);
  co_await to.shut_down_writing();
}

task<std::uint64_t> copy_and_end(tcp_stream& from, tcp_stream& to) {
  const std::uint64_t bytes = co_await io::copy(from, to);
  co_await to.shut_down_writing();
  co_return bytes;
}

TEST_P(copy_test, bulk_arrives_whole_and_in_order) {
  on_loop([]() -> task<> {
    way between = co_await connected_twice();
    const std::string sent = pattern(32 << 20);
    auto [none, bytes, got] =
        co_await gather(send_all(between.first.client, sent),
                        copy_and_end(between.first.server, between.second.client),
                        read_to_end(between.second.server));
    EXPECT_EQ(bytes, sent.size());
    EXPECT_TRUE(got == sent);
  });
}

// Each answer shows that nothing is kept back while both ways of copying take turns.
TEST_P(copy_test, questions_and_bulk_may_take_turns) {
  on_loop([]() -> task<> {
    way between = co_await connected_twice();
    const std::string bulk = pattern(4 << 20);
    auto talk = [&]() -> task<> {
      tcp_stream& asking = between.first.client;
      tcp_stream& answering = between.second.server;
      for (int turn = 0; turn < 3; ++turn) {
        for (int i = 0; i < 20; ++i) {
          co_await asking.write_all("question");
          const lease question = co_await answering.read();
          EXPECT_EQ(question.text(), "question");
        }
        std::string got(bulk.size(), '\0');
        auto receive = [&]() -> task<> {
          auto room = std::as_writable_bytes(std::span(got));
          while (!room.empty()) {
            const std::size_t count = co_await answering.read_some(room);
            EXPECT_NE(count, 0U);
            room = room.subspan(count);
          }
        };
        auto send = [&]() -> task<> { co_await asking.write_all(bulk); };
        co_await gather(send(), receive());
        EXPECT_TRUE(got == bulk);
      }
      co_await asking.shut_down_writing();
    };
    auto [none, bytes] =
        co_await gather(talk(), copy_and_end(between.first.server, between.second.client));
    EXPECT_EQ(bytes, 3 * (20 * 8 + bulk.size()));
  });
}

TEST_P(copy_test, a_receiver_that_does_not_read_holds_the_sender_back) {
  on_loop([]() -> task<> {
    way between = co_await connected_twice();
    const std::string part = pattern(1 << 20);
    std::size_t sent_bytes = 0;
    auto send = [&]() -> task<> {
      for (;;) {
        co_await between.first.client.write_all(part);
        sent_bytes += part.size();
      }
    };
    auto both = [&]() -> task<> {
      co_await gather(send(), io::copy(between.first.server, between.second.client));
    };
    const bool ended = co_await move_on_after(200ms, both());
    EXPECT_FALSE(ended);
    EXPECT_LT(sent_bytes, 64U << 20) << "more than the buffers hold";
  });
}

TEST_P(copy_test, an_urgent_byte_is_no_end) {
  if (is_virtual()) return;  // a simulated network has none
  on_loop([]() -> task<> {
    way between = co_await connected_twice();
    const std::string bulk = pattern(4 << 20);
    auto send = [&]() -> task<> {
      co_await between.first.client.write_all(bulk);
      const int sender = between.first.client.native_handle();
      while (::send(sender, "!", 1, MSG_OOB | MSG_DONTWAIT) != 1) co_await sleep_for(1ms);
      co_await between.first.client.write_all(bulk);
      co_await between.first.client.shut_down_writing();
    };
    auto [none, bytes, got] =
        co_await gather(send(), copy_and_end(between.first.server, between.second.client),
                        read_to_end(between.second.server));
    EXPECT_EQ(bytes, 2 * bulk.size());
    EXPECT_TRUE(got == bulk + bulk);
  });
}

TEST_P(copy_test, a_reset_of_either_end_ends_it_with_an_error_that_names_the_end) {
  on_loop([]() -> task<> {
    for (const bool is_source : {true, false}) {
      way between = co_await connected_twice();
      const std::string bulk = pattern(8 << 20);
      auto send = [&]() -> task<> {
        for (;;) co_await between.first.client.write_all(bulk);
      };
      auto receive_some = [&]() -> task<> {
        std::size_t got_bytes = 0;
        while (got_bytes < bulk.size()) {
          const lease piece = co_await between.second.server.read();
          got_bytes += piece.size();
        }
      };
      const std::string source = between.first.server.name();
      const std::string target = between.second.client.name();
      std::string error;
      auto copying = [&]() -> task<> {
        try {
          co_await io::copy(between.first.server, between.second.client);
        } catch (const std::system_error& failed) {
          error = failed.what();
        }
        between.second.client.close();
      };
      auto body = [&](task_group& group) -> task<> {
        child<> sending = group.spawn(send);
        child<> copies = group.spawn(copying);
        co_await receive_some();
        if (is_source) {
          sending.cancel();
          try {
            co_await sending;
          } catch (const future_cancelled&) {
          }
        }
        tcp_stream& broken = is_source ? between.first.client : between.second.server;
        broken.reset_on_close();
        broken.close();
        if (is_source) co_await read_to_end(between.second.server);
        co_await copies;
        sending.cancel();
      };
      co_await with_group(body);
      EXPECT_TRUE(error.starts_with(is_source ? "read from " + source : "write to " + target))
          << error;
    }
  });
}

task<> copy_bulk() {
  way between = co_await connected_twice();
  const std::string sent(3 << 20, 'b');
  auto [none, bytes, got] =
      co_await gather(send_all(between.first.client, sent),
                      copy_and_end(between.first.server, between.second.client),
                      read_to_end(between.second.server));
  EXPECT_TRUE(got == sent);
}

TEST_P(copy_test, cancelling_it_anywhere_leaves_nothing_behind) {
  pirn::testing::cancel_whole(GetParam(), copy_bulk);
}

}  // namespace
