// transport: the order of calls, reading, closing and breaking off, on each driver.
#include "pirn/net/transport.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/net/protocol_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class transport_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, transport_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(transport_test, calls_come_in_order_and_the_end_closes_it) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      told = end.told;
      co_await end.peer.write_all("hello");
      co_await end.peer.shut_down_writing();
      std::string nothing = co_await read_to_end(end.peer);
      EXPECT_EQ(nothing, "");
    });
    EXPECT_EQ(told->calls, (calls_made{"made", "data hello", "eof", "lost"}));
  });
}

TEST_P(transport_test, no_call_is_made_from_inside_another_or_from_write_and_close) {
  on_loop([]() -> task<> {
    int depth = 0;
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group, [&](recorder& me, const std::string& call) {
        EXPECT_EQ(++depth, 1) << call;
        if (call.starts_with("data")) {
          me.to->set_write_buffer_limits({.high_bytes = 0});
          me.to->write(much());
          me.to->close();
        }
        --depth;
      });
      told = end.told;
      co_await end.peer.write_all("go");
      std::string all = co_await read_to_end(end.peer);
      EXPECT_TRUE(all == much());
    });
    EXPECT_EQ(told->calls.front(), "made");
    EXPECT_EQ(told->calls.back(), "lost");
  });
}

TEST_P(transport_test, a_protocol_may_keep_the_connection_open_after_the_peers_end) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      told = end.told;
      told->stay_open = true;
      co_await end.peer.shut_down_writing();
      co_await sleep_for(5ms);
      EXPECT_FALSE(end.to->is_closing());
      end.to->write("still here");
      end.to->write_eof();
      end.to->close();
      std::string all = co_await read_to_end(end.peer);
      EXPECT_EQ(all, "still here");
    });
    EXPECT_EQ(told->calls, (calls_made{"made", "eof", "lost"}));
  });
}

TEST_P(transport_test, close_sends_what_waits_and_takes_nothing_more) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      told = end.told;
      end.to->write(much());
      end.to->close();
      end.to->close();
      EXPECT_TRUE(end.to->is_closing());
      EXPECT_FALSE(end.to->is_reading());
      EXPECT_FALSE(end.to->write("ignored"));
      end.to->write_eof();
      co_await sleep_for(2ms);
      EXPECT_NE(told->calls.back(), "lost") << "it waits to be sent";
      std::string all = co_await read_bytes(end.peer, much().size());
      EXPECT_TRUE(all == much());
      co_await end.to->wait_closed();
    });
    EXPECT_EQ(told->calls.back(), "lost");
  });
}

TEST_P(transport_test, nothing_is_received_after_close) {
  on_loop([]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group, [](recorder& me, const std::string& call) {
        if (call.starts_with("data")) me.to->close();
      });
      co_await end.peer.write_all("one");
      co_await end.to->wait_closed();
      EXPECT_EQ(end.told->calls, (calls_made{"made", "data one", "lost"}));
    });
  });
}

TEST_P(transport_test, abort_drops_what_waits_and_resets) {
  on_loop([]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      end.to->write(much());
      end.to->abort();
      end.to->abort();
      EXPECT_TRUE(end.to->is_closing());
      EXPECT_EQ(end.to->write_buffer_size(), 0U);
      EXPECT_EQ(std::ranges::count(end.told->calls, "lost"), 0);
      co_await end.to->wait_closed();
      EXPECT_EQ(end.told->calls.back(), "lost");
      std::string message =
          co_await message_of([&]() -> task<> { co_await read_to_end(end.peer); });
      EXPECT_TRUE(message.ends_with("Connection reset by peer")) << message;
    });
  });
}

TEST_P(transport_test, reading_pauses_at_once_and_what_came_meanwhile_is_delivered_later) {
  on_loop([]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      EXPECT_TRUE(end.to->is_reading());
      co_await yield_now();  // it reads by now
      end.to->pause_reading();
      end.to->pause_reading();
      EXPECT_FALSE(end.to->is_reading());
      co_await end.peer.write_all("one");
      co_await sleep_for(2ms);
      EXPECT_EQ(end.told->received, "");
      end.to->resume_reading();
      end.to->resume_reading();
      EXPECT_TRUE(end.to->is_reading());
      co_await sleep_for(2ms);
      EXPECT_EQ(end.told->received, "one");
      end.to->close();
      EXPECT_FALSE(end.to->is_reading());
    });
  });
}

TEST_P(transport_test, a_reader_that_is_paused_can_be_closed_and_aborted) {
  on_loop([]() -> task<> {
    for (bool abort : {false, true}) {
      co_await with_group([&](task_group& group) -> task<> {
        recorded_end end = co_await recorded(group);
        end.to->pause_reading();
        co_await end.peer.write_all("never read");
        co_await sleep_for(1ms);
        abort ? end.to->abort() : end.to->close();
        co_await end.to->wait_closed();
        EXPECT_EQ(end.told->calls, (calls_made{"made", "lost"}));
      });
    }
  });
}

TEST_P(transport_test, it_may_be_closed_or_aborted_as_soon_as_it_is_made_and_after_the_peers_end) {
  on_loop([]() -> task<> {
    for (bool abort : {false, true}) {
      for (std::string_view moment : {"made", "eof"}) {
        auto end_it = [=](recorder& me, const std::string& call) {
          me.stay_open = true;
          if (call == moment) abort ? me.to->abort() : me.to->close();
        };
        co_await with_group([&](task_group& group) -> task<> {
          recorded_end end = co_await recorded(group, end_it);
          end.peer.raw().shut_down_sending();
          co_await end.to->wait_closed();
          EXPECT_EQ(end.told->calls.back(), "lost");
          EXPECT_EQ(end.told->calls.size(), moment == "made" ? 2U : 3U);
        });
      }
    }
  });
}

TEST_P(transport_test, a_reset_is_told_to_connection_lost_alone) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      told = end.told;
      end.peer.reset_on_close();
      end.peer.close();
    });
    EXPECT_EQ(told->calls.size(), 2U);
    EXPECT_TRUE(told->calls.back().ends_with("Connection reset by peer")) << told->calls.back();
  });
}

TEST_P(transport_test, what_any_call_throws_breaks_the_connection_off_and_fails_the_group) {
  on_loop([]() -> task<> {
    for (std::string_view bad : {"made", "data", "eof", "pause", "resume", "lost"}) {
      std::shared_ptr<recorder> told;
      std::string message;
      try {
        co_await with_group([&](task_group& group) -> task<> {
          recorded_end end = co_await recorded(group, [&](recorder& me, const std::string& call) {
            if (call.starts_with("data")) me.to->write(much());
            if (call.starts_with(bad)) throw std::runtime_error("a mistake");
          });
          told = end.told;
          co_await end.peer.write_all("go");
          co_await end.peer.shut_down_writing();
          co_await read_to_end(end.peer);
        });
      } catch (const exception_group& error) {
        message = error.what();
      }
      EXPECT_NE(message.find("a mistake"), std::string::npos) << bad << ": " << message;
      if (told == nullptr) continue;  // the first call failed before it was handed out
      EXPECT_EQ(told->calls.back(), bad == "lost" ? "lost" : "lost a mistake") << bad;
      EXPECT_EQ(std::ranges::count(told->calls, "made"), 1) << bad;
    }
  });
}

TEST_P(transport_test, a_cancelled_group_breaks_its_connections_off) {
  on_loop([]() -> task<> {
    for (bool sending : {false, true}) {
      std::shared_ptr<recorder> told;
      co_await with_group([&](task_group& group) -> task<> {
        recorded_end end = co_await recorded(group);
        told = end.told;
        if (sending) end.to->write(much());
        co_await sleep_for(1ms);
        group.cancel();
      });
      EXPECT_EQ(told->calls.back(), "lost cancelled");
    }
  });
}

TEST_P(transport_test, after_its_end_it_does_nothing_and_has_no_addresses) {
  on_loop([]() -> task<> {
    std::shared_ptr<transport> kept;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      kept = end.to;
      EXPECT_EQ(kept->peer(), end.peer.local());
      EXPECT_EQ(kept->local(), end.peer.peer());
      EXPECT_EQ(kept->native_handle() >= 0, !is_virtual());
      EXPECT_EQ(kept->current_protocol(), end.told);
      kept->close();
      co_await kept->wait_closed();
    });
    EXPECT_FALSE(kept->write("nobody"));
    kept->write_eof();
    kept->close();
    kept->abort();
    kept->pause_reading();
    kept->resume_reading();
    kept->set_write_buffer_limits({.high_bytes = 0});
    kept->set_protocol(std::make_shared<recorder>());
    EXPECT_EQ(kept->write_buffer_size(), 0U);
    EXPECT_EQ(kept->peer(), endpoint{});
    EXPECT_EQ(kept->native_handle(), -1);
    EXPECT_EQ(kept->current_protocol(), nullptr);
  });
}

TEST_P(transport_test, another_protocol_may_take_over_in_a_call) {
  on_loop([]() -> task<> {
    auto next = std::make_shared<recorder>();
    std::weak_ptr<recorder> first;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group, [&](recorder& me, const std::string& call) {
        if (call == "data switch") me.to->set_protocol(next);
        me.received += "still alive";
      });
      first = end.told;
      end.told.reset();
      co_await end.peer.write_all("switch");
      co_await sleep_for(2ms);
      co_await end.peer.write_all("hello");
      end.peer.close();
    });
    EXPECT_EQ(next->calls, (calls_made{"data hello", "eof", "lost"}));
    EXPECT_TRUE(first.expired());
  });
}

}  // namespace
