// transport: streams that are no plain socket, and a stream that is replaced by another, on each
// driver.
#include <cctype>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/cancelled.hpp"
#include "pirn/io/memory_stream.hpp"
#include "pirn/net/error.hpp"
#include "pirn/net/protocol_test.hpp"
#include "pirn/testing/cancel_everywhere_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class transport_stream_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, transport_stream_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// A stream over another one that says its bytes in upper case.
class loud_stream {
 public:
  explicit loud_stream(io::any_stream below) : below_(std::move(below)) {}

  task<lease> read() { return below_.read(); }
  task<> write_all(std::span<const std::byte> bytes) {
    std::string louder = text_of(bytes);
    for (char& each : louder) each = static_cast<char>(std::toupper(each));
    co_await below_.write_all(louder);
  }
  task<> write_all(std::span<const slice> parts) {
    for (const slice& each : parts) co_await write_all(std::span(each.data, each.size));
  }
  task<> shut_down_writing() { return below_.shut_down_writing(); }
  void close() noexcept { below_.close(); }
  std::string name() const { return below_.name(); }
  pirn::socket* carrier() const noexcept { return below_.carrier(); }

  int said = 7;

 private:
  io::any_stream below_;
};

task<io::any_stream> made_loud(io::any_stream below) {
  co_return io::any_stream(loud_stream(std::move(below)));
}

/// What comes from a stream until its end.
task<std::string> all_of(io::stream_ref from) {
  std::string all;
  for (;;) {
    lease chunk = co_await from.read();
    if (chunk.empty()) co_return all;
    all += chunk.text();
  }
}

TEST_P(transport_stream_test, a_protocol_may_have_a_stream_of_any_kind) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      auto [near, far] = io::memory_pair();
      auto factory = recording();
      auto made = co_await create_connection(group, factory, std::move(near));
      told = made.protocol;
      EXPECT_EQ(made.transport->peer(), endpoint{});
      EXPECT_EQ(made.transport->native_handle(), -1);
      EXPECT_NE(made.transport->stream<io::memory_stream>(), nullptr);
      EXPECT_EQ(made.transport->stream<tcp_stream>(), nullptr);
      EXPECT_TRUE(made.transport->write("ques"));
      EXPECT_TRUE(made.transport->write("tion"));
      made.transport->write_eof();
      std::string question = co_await all_of(far);
      EXPECT_EQ(question, "question");
      co_await far.write_all("answer");
      co_await far.shut_down_writing();
      co_await made.transport->wait_closed();
      EXPECT_EQ(made.transport->stream<io::memory_stream>(), nullptr);
    });
    EXPECT_EQ(told->calls, (calls_made{"made", "data answer", "eof", "lost"}));
  });
}

TEST_P(transport_stream_test, a_full_stream_pauses_the_protocol_and_close_sends_all) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      auto [near, far] = io::memory_pair(1000);
      auto factory = recording();
      auto made = co_await create_connection(group, factory, std::move(near));
      told = made.protocol;
      EXPECT_FALSE(made.transport->write(much()));
      made.transport->close();
      std::string all = co_await all_of(far);
      EXPECT_TRUE(all == much());
    });
    EXPECT_EQ(told->calls, (calls_made{"made", "pause", "resume", "lost"}));
  });
}

TEST_P(transport_stream_test, abort_drops_what_waits_for_a_stream_that_is_full) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      auto [near, far] = io::memory_pair(10);
      auto factory = recording();
      auto made = co_await create_connection(group, factory, std::move(near));
      made.transport->write(std::string(100, 'x'));
      co_await yield_now();
      made.transport->abort();
      co_await made.transport->wait_closed();
      EXPECT_EQ(made.protocol->calls, (calls_made{"made", "lost"}));
    });
  });
}

TEST_P(transport_stream_test, a_unix_socket_s_connection_knows_its_ends) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      both_ends ends = co_await connected_by_unix_socket();
      auto factory = recording();
      auto made = co_await create_connection(group, factory, std::move(ends.client));
      EXPECT_EQ(made.transport->peer(), ends.server.local());
      EXPECT_NE(made.transport->stream<tcp_stream>(), nullptr);
      made.transport->close();
      std::string end = co_await read_to_end(ends.server);
      EXPECT_EQ(end, "");
    });
  });
}

TEST_P(transport_stream_test, a_stream_over_a_socket_tells_of_that) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      both_ends ends = co_await connected();
      const endpoint here = ends.client.local();
      auto factory = recording();
      io::any_stream loud = co_await made_loud(std::move(ends.client));
      auto made = co_await create_connection(group, factory, std::move(loud));
      EXPECT_EQ(made.transport->local(), here);
      EXPECT_EQ(made.transport->peer(), ends.server.local());
      EXPECT_EQ(made.transport->native_handle() >= 0, !is_virtual());
      EXPECT_EQ(made.transport->stream<loud_stream>()->said, 7);
      made.transport->abort();
      std::string message =
          co_await message_of([&]() -> task<> { co_await read_to_end(ends.server); });
      EXPECT_TRUE(message.ends_with("Connection reset by peer")) << message;
    });
  });
}

TEST_P(transport_stream_test, what_was_written_before_a_new_stream_goes_by_the_old_one) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      told = end.told;
      const std::string before = much();  // more than the system takes
      end.to->write(before);
      end.to->replace_stream(made_loud);
      end.to->write("after");
      EXPECT_GT(end.to->write_buffer_size(), 4U);
      std::string all = co_await read_bytes(end.peer, before.size() + 5);
      EXPECT_TRUE(all == before + "AFTER");
      co_await end.to->wait_replaced();
      EXPECT_NE(end.to->stream<loud_stream>(), nullptr);
      co_await end.peer.write_all("hello");
      end.peer.close();
    });
    EXPECT_EQ(told->received, "hello");
    EXPECT_EQ(told->calls.back(), "lost");
  });
}

TEST_P(transport_stream_test, a_protocol_may_ask_for_a_new_stream_in_any_call) {
  on_loop([]() -> task<> {
    for (std::string_view moment : {"made", "data"}) {
      std::shared_ptr<recorder> told;
      co_await with_group([&](task_group& group) -> task<> {
        recorded_end end = co_await recorded(group, [=](recorder& me, const std::string& call) {
          if (!call.starts_with(moment)) return;
          me.to->replace_stream(made_loud);
          me.to->write("go on");
        });
        told = end.told;
        if (moment == "data") co_await end.peer.write_all("please");
        std::string answer = co_await read_bytes(end.peer, 5);
        EXPECT_EQ(answer, "GO ON");
        end.to->close();
      });
      EXPECT_EQ(told->calls.back(), "lost") << moment;
    }
  });
}

TEST_P(transport_stream_test, bytes_that_nobody_was_given_break_a_replacement_off) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      told = end.told;
      end.to->pause_reading();
      co_await end.peer.write_all("too early");
      co_await sleep_for(2ms);
      end.to->replace_stream(made_loud);
      co_await end.to->wait_replaced();
    });
    EXPECT_TRUE(told->calls.back().ends_with("Protocol error")) << told->calls.back();
  });
}

task<io::any_stream> refused(io::any_stream below) {
  throw failure("agree with", below.name(), EACCES);
  co_return below;
}

TEST_P(transport_stream_test, a_new_stream_that_fails_is_the_connection_s_end) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> told;
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      told = end.told;
      end.to->replace_stream(refused);
      end.to->write("never said");
      std::string all = co_await read_to_end(end.peer);
      EXPECT_EQ(all, "");
    });
    EXPECT_TRUE(told->calls.back().starts_with("lost agree with 127.0.0.1")) << told->calls.back();
  });
}

task<io::any_stream> never_ready(io::any_stream below) {
  event never;
  co_await never.wait();
  co_return below;
}

TEST_P(transport_stream_test, it_may_be_closed_and_aborted_while_a_new_stream_is_made) {
  on_loop([]() -> task<> {
    for (bool abort : {false, true}) {
      co_await with_group([&](task_group& group) -> task<> {
        recorded_end end = co_await recorded(group);
        end.to->replace_stream(never_ready);
        end.to->write("never said");
        co_await yield_now();
        co_await yield_now();
        EXPECT_EQ(end.to->peer(), endpoint{}) << "it is being made";
        abort ? end.to->abort() : end.to->close();
        co_await end.to->wait_closed();
        co_await end.to->wait_replaced();
        EXPECT_EQ(end.told->calls, (calls_made{"made", "lost"}));
        std::string all = co_await read_to_end(end.peer);
        EXPECT_EQ(all, "");
      });
    }
  });
}

/// Replaces both ends' streams in the middle of a conversation.
task<> become_loud() {
  auto body = [](task_group& group) -> task<> {
    recorded_end end = co_await recorded(group, [](recorder& me, const std::string& call) {
      if (call != "data please") return;
      me.to->write("well ");
      me.to->replace_stream(made_loud);
      me.to->write("then");
    });
    co_await end.peer.write_all("please");
    std::string all = co_await read_bytes(end.peer, 9);
    EXPECT_TRUE(std::string_view("well THEN").starts_with(all)) << all;
    end.peer.close();
  };
  co_await with_group(body);
}

TEST_P(transport_stream_test, it_can_be_cancelled_at_every_await) {
  pirn::testing::cancel_whole(GetParam(), become_loud);
}

}  // namespace
