// transport: writing, what waits to be sent, and its limits, on each driver.
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/net/protocol_test.hpp"
#include "pirn/net/transport.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class transport_write_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, transport_write_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(transport_write_test, what_is_written_in_a_call_arrives) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group, [](recorder& me, const std::string& call) {
        if (call.starts_with("data")) {
          EXPECT_TRUE(me.to->write("you said: "));
          EXPECT_TRUE(me.to->write(call.substr(5)));
          EXPECT_TRUE(is_virtual() || me.to->write_buffer_size() == 0) << "it was sent at once";
        }
      });
      co_await end.peer.write_all("hello");
      std::string answer = co_await read_bytes(end.peer, 15);
      EXPECT_EQ(answer, "you said: hello");
      end.peer.close();
    });
  });
}

TEST_P(transport_write_test, writelines_joins_its_parts) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      const slice parts[] = {part("line1"), part(""), part("line2"), part("line3")};
      end.to->writelines(parts);
      end.to->close();
      std::string all = co_await read_to_end(end.peer);
      EXPECT_EQ(all, "line1line2line3");
    });
  });
}

TEST_P(transport_write_test, writing_nothing_does_nothing) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      EXPECT_TRUE(end.to->write(""));
      EXPECT_EQ(end.to->write_buffer_size(), 0U);
      end.to->write(much());
      const std::size_t waiting = end.to->write_buffer_size();
      EXPECT_FALSE(end.to->write(""));
      EXPECT_EQ(end.to->write_buffer_size(), waiting);
      end.to->abort();
    });
  });
}

TEST_P(transport_write_test, what_the_system_does_not_take_waits_and_is_sent_in_order) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      std::string mine = much();
      EXPECT_FALSE(end.to->write(mine));
      EXPECT_GT(end.to->write_buffer_size(), 0U);
      mine.assign(mine.size(), 'x');  // it was copied
      end.to->write("and more");
      end.to->close();
      std::string all = co_await read_to_end(end.peer);
      EXPECT_TRUE(all == much() + "and more");
      co_await end.to->wait_closed();
      EXPECT_EQ(end.told->calls, (calls_made{"made", "pause", "resume", "lost"}));
    });
  });
}

TEST_P(transport_write_test, writing_pauses_above_the_high_limit_and_resumes_at_the_low_one) {
  on_loop([]() -> task<> {
    std::vector<std::size_t> sizes;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group, [&](recorder& me, const std::string& call) {
        if (call == "pause" || call == "resume") sizes.push_back(me.to->write_buffer_size());
      });
      constexpr std::size_t high = 1 << 20;
      constexpr std::size_t low = 1 << 18;
      end.to->set_write_buffer_limits({.high_bytes = high, .low_bytes = low});
      while (end.to->write(std::string(10'000, 'x'))) {
      }
      EXPECT_TRUE(sizes.empty()) << "not from inside write()";
      EXPECT_GT(end.to->write_buffer_size(), high);
      co_await yield_now();
      EXPECT_EQ(sizes.size(), 1U);
      end.to->write("one more is taken");
      end.to->close();
      co_await read_to_end(end.peer);
      EXPECT_EQ(sizes.size(), 2U);
      EXPECT_LE(sizes.back(), low);
      EXPECT_GT(sizes.back(), 0U);
    });
  });
}

TEST_P(transport_write_test, exactly_the_high_limit_pauses_nothing) {
  if (is_virtual()) return;  // how much the system takes must not change meanwhile
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      end.to->set_write_buffer_limits({.high_bytes = 64 << 20});
      while (end.to->write_buffer_size() == 0) end.to->write(much());
      co_await sleep_for(1ms);
      const std::size_t waiting = end.to->write_buffer_size();
      end.to->set_write_buffer_limits({.high_bytes = waiting});
      co_await yield_now();
      EXPECT_EQ(end.told->calls, calls_made{"made"});
      end.to->write("x");
      co_await yield_now();
      EXPECT_EQ(end.told->calls, (calls_made{"made", "pause"}));
      end.to->abort();
    });
  });
}

TEST_P(transport_write_test, limits_that_are_not_given_follow_and_lowered_ones_pause) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      auto limits_after = [&](write_buffer_limits given) {
        end.to->set_write_buffer_limits(given);
        write_buffer_limits now = end.to->limits();
        return std::pair(*now.high_bytes, *now.low_bytes);
      };
      using both = std::pair<std::size_t, std::size_t>;
      EXPECT_EQ(limits_after({}), both(65'536, 16'384));
      EXPECT_EQ(limits_after({.high_bytes = 1'024, .low_bytes = 128}), both(1'024, 128));
      EXPECT_EQ(limits_after({.low_bytes = 100}), both(400, 100));
      EXPECT_EQ(limits_after({.high_bytes = 100}), both(100, 25));
      EXPECT_THROW(end.to->set_write_buffer_limits({.high_bytes = 0, .low_bytes = 1}),
                   std::invalid_argument);
      end.to->set_write_buffer_limits({.high_bytes = 64 << 20});
      end.to->write(much());
      co_await yield_now();
      EXPECT_EQ(end.told->calls, calls_made{"made"});
      end.to->set_write_buffer_limits({.high_bytes = 256, .low_bytes = 128});
      co_await yield_now();
      EXPECT_EQ(end.told->calls, (calls_made{"made", "pause"}));
      end.to->abort();
    });
  });
}

TEST_P(transport_write_test, write_eof_ends_the_stream_after_what_was_written_and_reading_goes_on) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      told = end.told;
      EXPECT_TRUE(end.to->can_write_eof());
      end.to->write(much());
      end.to->write_eof();
      end.to->write_eof();
      EXPECT_THROW(end.to->write("late"), std::logic_error);
      std::string all = co_await read_to_end(end.peer);
      EXPECT_TRUE(all == much());
      co_await end.peer.write_all("thanks");
      end.peer.close();
    });
    EXPECT_EQ(told->received, "thanks");
    EXPECT_EQ(told->calls.back(), "lost");
  });
}

TEST_P(transport_write_test, writing_to_a_peer_that_is_gone_is_told_to_connection_lost) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group, [](recorder& me, const std::string& call) {
        if (call == "made") me.to->pause_reading();  // so that it is writing that finds out
      });
      told = end.told;
      end.peer.reset_on_close();
      end.peer.close();
      while (!end.to->is_closing()) {
        end.to->write(std::string(100'000, 'x'));
        co_await sleep_for(1ms);
      }
      EXPECT_FALSE(end.to->write("ignored"));
    });
    EXPECT_TRUE(told->calls.back().starts_with("lost write to 127.0.0.1")) << told->calls.back();
  });
}

}  // namespace
