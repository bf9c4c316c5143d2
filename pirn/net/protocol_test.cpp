// buffered_protocol: what arrives is put where the protocol says.
#include "pirn/net/protocol_test.hpp"

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class buffered_protocol_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, buffered_protocol_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

class collector : public buffered_protocol {
 public:
  explicit collector(std::size_t room_bytes) : room_(room_bytes) {}

  void connection_made(transport& connected) override { to = &connected; }
  std::span<std::byte> get_buffer(std::size_t size_hint) override {
    EXPECT_GT(size_hint, 0U);
    if (fails_at == "get_buffer") throw std::runtime_error("a mistake");
    return room_;
  }
  void buffer_updated(std::size_t count) override {
    if (fails_at == "buffer_updated") throw std::runtime_error("a mistake");
    EXPECT_LE(count, room_.size());
    received += text_of(std::span(room_).first(count));
    if (pauses) to->pause_reading();
    if (received.ends_with("stop")) to->write("1");
  }
  void connection_lost(std::exception_ptr error) override { lost = told_of(error); }

  std::string received;
  std::string fails_at;
  std::string lost = "not yet";
  bool pauses = false;
  transport* to = nullptr;

 private:
  std::vector<std::byte> room_;
};

auto collecting(std::size_t room_bytes) {
  return [room_bytes] { return std::make_unique<collector>(room_bytes); };
}

TEST_P(buffered_protocol_test, all_arrives_however_small_its_room_is) {
  on_loop([]() -> task<> {
    std::string noise;
    for (int i = 0; i < 1024; ++i) noise += "12345678+";
    for (std::size_t room_bytes : {7U, 100U, 100'000U}) {
      std::shared_ptr<collector> told;
      co_await with_group([&](task_group& group) -> task<> {
        both_ends ends = co_await connected();
        auto made =
            co_await create_connection(group, collecting(room_bytes), std::move(ends.client));
        told = made.protocol;
        co_await ends.server.write_all(noise);
        co_await ends.server.write_all("stop");
        std::string answer = co_await read_bytes(ends.server, 1);
        EXPECT_EQ(answer, "1");
        ends.server.close();
      });
      EXPECT_EQ(told->received, noise + "stop");
      EXPECT_EQ(told->lost, "");
    }
  });
}

TEST_P(buffered_protocol_test, a_pause_between_two_rooms_holds_the_rest_back) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      both_ends ends = co_await connected();
      auto made = co_await create_connection(group, collecting(4), std::move(ends.client));
      made.protocol->pauses = true;
      co_await ends.server.write_all("12345678");
      co_await sleep_for(2ms);
      EXPECT_EQ(made.protocol->received, "1234");
      made.transport->resume_reading();
      co_await sleep_for(2ms);
      EXPECT_EQ(made.protocol->received, "12345678");
      made.transport->close();
    });
  });
}

/// What the group says of a connection whose protocol is made wrong by `spoil`.
template <class Spoil>
task<std::string> failure_of(std::size_t room_bytes, Spoil spoil) {
  std::shared_ptr<collector> told;
  std::string message;
  try {
    co_await with_group([&](task_group& group) -> task<> {
      both_ends ends = co_await connected();
      auto made = co_await create_connection(group, collecting(room_bytes), std::move(ends.client));
      told = made.protocol;
      spoil(*told);
      co_await ends.server.write_all("data");
      co_await read_to_end(ends.server);
    });
  } catch (const exception_group& error) {
    message = told_of(error.exceptions().front());
  }
  EXPECT_EQ(told->received, "");
  EXPECT_EQ(told->lost, message);
  co_return message;
}

TEST_P(buffered_protocol_test, what_its_calls_throw_and_an_empty_room_break_the_connection_off) {
  on_loop([]() -> task<> {
    for (const char* each : {"get_buffer", "buffer_updated"}) {
      auto spoil = [each](collector& told) { told.fails_at = each; };
      std::string message = co_await failure_of(8, spoil);
      EXPECT_EQ(message, "a mistake") << each;
    }
    auto leave = [](collector&) {};
    std::string message = co_await failure_of(0, leave);
    EXPECT_EQ(message, "get_buffer() gave an empty buffer");
  });
}

TEST_P(buffered_protocol_test, it_may_take_over_from_the_other_kind) {
  on_loop([]() -> task<> {
    auto next = std::make_shared<collector>(4);
    co_await with_group([&](task_group& group) -> task<> {
      recorded_end end = co_await recorded(group);
      co_await end.peer.write_all("data");
      co_await sleep_for(2ms);
      EXPECT_EQ(end.told->received, "data");
      end.to->set_protocol(next);
      co_await end.peer.write_all("0123456789");
      end.peer.close();
    });
    EXPECT_EQ(next->received, "0123456789");
    EXPECT_EQ(next->lost, "");
  });
}

TEST(protocol, all_its_calls_may_be_left_out) {
  protocol plain;
  base_protocol& base = plain;
  plain.data_received({});
  EXPECT_FALSE(base.eof_received());
  base.pause_writing();
  base.resume_writing();
  base.connection_lost(nullptr);
}

}  // namespace
