// stream: what the ends of a pair, readers, writers and copies do, whatever carries the bytes.
#include "pirn/io/stream.hpp"

#include <string>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/io/buffered_writer.hpp"
#include "pirn/io/copy.hpp"
#include "pirn/io/memory_stream.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/message_of_test.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::io;
using pirn::testing::message_of;
using pirn::testing::run_virtual;

static_assert(byte_stream<memory_stream>);
static_assert(byte_stream<stream_ref>);
static_assert(byte_stream<any_stream>);

task<std::string> read_to_end(stream_ref from) {
  std::string all;
  for (;;) {
    lease chunk = co_await from.read();
    if (chunk.empty()) co_return all;
    all += chunk.text();
  }
}

std::string some_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 >> 7);
  return text;
}

task<> send_and_end(stream_ref to, std::string_view text) {
  co_await to.write_all(text);
  co_await to.shut_down_writing();
}

TEST(memory_stream, what_is_written_at_one_end_is_read_at_the_other) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair(1000);
    const std::string text = some_text(10'000);
    auto [sent, answered, at_there, at_here] =
        co_await gather(send_and_end(here, text), send_and_end(there, "and back"),
                        read_to_end(there), read_to_end(here));
    EXPECT_EQ(at_there, text);
    EXPECT_EQ(at_here, "and back");
  });
}

TEST(memory_stream, a_writer_waits_while_the_other_end_has_too_much_to_read) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair(4);
    auto cut_short = co_await move_on_after(1s, here.write_all("123456"));
    EXPECT_FALSE(cut_short);
    lease chunk = co_await there.read();
    EXPECT_EQ(chunk.text(), "1234");
  });
}

TEST(memory_stream, a_closed_end_lets_the_other_read_what_is_left_but_not_write) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair();
    co_await here.write_all("last words");
    here.close();
    const std::string rest = co_await read_to_end(there);
    EXPECT_EQ(rest, "last words");
    const std::string message = co_await message_of([&] { return there.write_all("x"); });
    EXPECT_EQ(message, "write to memory: Broken pipe");
  });
}

TEST(memory_stream, closing_wakes_a_writer_that_waits_for_room) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair(1);
    auto close_later = [&]() -> task<> {
      co_await sleep_for(1s);
      there.close();
    };
    auto write = [&] { return message_of([&] { return here.write_all("123"); }); };
    auto [message, closed] = co_await gather(write(), close_later());
    EXPECT_EQ(message, "write to memory: Broken pipe");
  });
}

TEST(memory_stream, a_cancelled_read_loses_nothing) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair();
    auto none = co_await move_on_after(1s, there.read());
    EXPECT_FALSE(none);
    co_await here.write_all("kept");
    lease chunk = co_await there.read();
    EXPECT_EQ(chunk.text(), "kept");
  });
}

TEST(stream_ref, writes_slices_in_their_order) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair();
    const auto part = [](std::string_view text) {
      return slice{reinterpret_cast<const std::byte*>(text.data()), text.size()};
    };
    const slice parts[] = {part("one, "), part(""), part("two")};
    const stream_ref out = here;
    co_await out.write_all(std::span(parts));
    co_await out.shut_down_writing();
    const std::string all = co_await read_to_end(there);
    EXPECT_EQ(all, "one, two");
  });
}

TEST(any_stream, owns_a_stream_of_any_type) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair();
    any_stream first(std::move(here));
    any_stream second = std::move(first);
    EXPECT_EQ(second.name(), "memory");
    co_await second.write_all("through");
    {
      any_stream gone = std::move(second);
    }
    const std::string all = co_await read_to_end(there);
    EXPECT_EQ(all, "through");
  });
}

TEST(buffered_writer, gathers_until_the_high_water_mark_and_then_sends_down_to_the_low_one) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair();
    buffered_writer out(here, {.high_bytes = 10, .low_bytes = 4});
    out.write("0123456789");
    co_await out.drain();
    EXPECT_EQ(out.buffered_bytes(), 10U);
    out.write("ab");
    co_await out.drain();
    EXPECT_EQ(out.buffered_bytes(), 4U);
    lease sent = co_await there.read();
    EXPECT_EQ(sent.text(), "01234567");
    co_await out.flush();
    EXPECT_EQ(out.buffered_bytes(), 0U);
    sent = co_await there.read();
    EXPECT_EQ(sent.text(), "89ab");
    co_await out.flush();
  });
}

TEST(buffered_writer, takes_more_while_it_sends) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair(10);
    buffered_writer out(here);
    out.write(some_text(100));
    auto write_more = [&]() -> task<> {
      out.write(some_text(10'000));
      co_return;
    };
    auto flush_all = [&]() -> task<> {
      co_await out.flush();
      co_await out.flush();
      co_await here.shut_down_writing();
    };
    auto [flushed, more, all] = co_await gather(flush_all(), write_more(), read_to_end(there));
    EXPECT_EQ(all, some_text(100) + some_text(10'000));
  });
}

TEST(memory_stream, after_its_end_writing_fails_and_reading_goes_on) {
  run_virtual([]() -> task<> {
    auto [here, there] = memory_pair();
    co_await here.shut_down_writing();
    co_await here.shut_down_writing();
    const std::string message = co_await message_of([&] { return here.write_all("x"); });
    EXPECT_EQ(message, "write to memory: Broken pipe");
    co_await there.write_all("answer");
    const lease chunk = co_await here.read();
    EXPECT_EQ(chunk.text(), "answer");
  });
}

TEST(copy, moves_everything_and_counts_it) {
  run_virtual([]() -> task<> {
    auto [writer, source] = memory_pair(100);
    auto [sink, reader] = memory_pair(70);
    const std::string text = some_text(5000);
    auto copy_on = [&]() -> task<std::uint64_t> {
      const std::uint64_t bytes = co_await copy(source, sink);
      sink.close();
      co_return bytes;
    };
    auto [sent, bytes, received] =
        co_await gather(send_and_end(writer, text), copy_on(), read_to_end(reader));
    EXPECT_EQ(bytes, 5000U);
    EXPECT_EQ(received, text);
  });
}

TEST(forward, passes_each_end_on_while_the_other_direction_goes_on) {
  run_virtual([]() -> task<> {
    auto [client, front] = memory_pair(10);
    auto [back, server] = memory_pair(10);
    auto answer = [&]() -> task<> {
      const std::string question = co_await read_to_end(server);
      co_await send_and_end(server, "you asked: " + question);
    };
    auto [asked, counts, answered, heard] =
        co_await gather(send_and_end(client, "a long question"), forward(front, back), answer(),
                        read_to_end(client));
    EXPECT_EQ(heard, "you asked: a long question");
    EXPECT_EQ(counts.there_bytes, 15U);
    EXPECT_EQ(counts.back_bytes, 26U);
  });
}

TEST(streams, can_be_cancelled_at_every_await) {
  pirn::testing::cancel_each_await([]() -> task<> {
    auto [client, front] = memory_pair(3);
    auto [back, server] = memory_pair(3);
    co_await gather(send_and_end(client, "question"), forward(front, back), read_to_end(server),
                    send_and_end(server, "answer"), read_to_end(client));
  });
}

TEST(any_stream, one_that_was_moved_from_says_so) {
  auto read_from_moved = [] {
    run_virtual([]() -> task<> {
      auto [here, there] = memory_pair();
      any_stream stream(std::move(here));
      const any_stream taken(std::move(stream));
      co_await stream.read();
    });
  };
  EXPECT_DEATH(read_from_moved(), "a stream that was moved from is used");
}

}  // namespace
