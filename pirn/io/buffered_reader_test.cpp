// buffered_reader: lines and counted bytes.
#include "pirn/io/buffered_reader.hpp"

#include <cerrno>
#include <span>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/io/memory_stream.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "pirn/testing/message_of_test.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::io;
using pirn::testing::message_of;

class buffered_reader_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, buffered_reader_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// Sends `text` in pieces of `piece_bytes`, then ends.
task<> send_and_close(memory_stream& to, std::string_view text, std::size_t piece_bytes) {
  while (!text.empty()) {
    co_await to.write_all(text.substr(0, piece_bytes));
    text.remove_prefix(std::min(piece_bytes, text.size()));
    co_await sleep_for(100us);
  }
  co_await to.shut_down_writing();
}

/// Runs `use(reader)` against a peer that sends `text`.
template <class Use>
task<> reading(std::string text, std::size_t piece_bytes, std::size_t limit_bytes, Use use) {
  auto ends = memory_pair();
  buffered_reader reader(ends.second, limit_bytes);
  co_await gather(send_and_close(ends.first, text, piece_bytes), use(reader));
}

TEST_P(buffered_reader_test, lines_come_whole_however_they_were_cut) {
  for (std::size_t piece_bytes : {1U, 3U, 100U}) {
    on_loop([&] {
      return reading("one\ntwo\n\nlast", piece_bytes, 64, [](buffered_reader& in) -> task<> {
        for (std::string_view expected : {"one\n", "two\n", "\n", "last", "", ""}) {
          std::string_view line = co_await in.read_line();
          EXPECT_EQ(line, expected);
        }
        EXPECT_TRUE(in.at_end());
      });
    });
  }
}

TEST_P(buffered_reader_test, a_separator_of_several_bytes_may_be_cut_anywhere) {
  on_loop([&] {
    return reading("a\r\nb\r\n\r\nrest", 1, 64, [](buffered_reader& in) -> task<> {
      std::string_view head = co_await in.read_until("\r\n\r\n");
      EXPECT_EQ(head, "a\r\nb\r\n\r\n");
      std::string_view rest = co_await in.read_exactly(4);
      EXPECT_EQ(rest, "rest");
    });
  });
}

TEST_P(buffered_reader_test, an_end_before_the_separator_gives_what_came) {
  on_loop([&] {
    return reading("no end", 2, 64, [](buffered_reader& in) -> task<> {
      std::string partial;
      try {
        co_await in.read_until(";");
      } catch (const incomplete_read& error) {
        partial = error.partial();
      }
      EXPECT_EQ(partial, "no end");
    });
  });
}

TEST_P(buffered_reader_test, too_few_bytes_say_how_many_came) {
  on_loop([&] {
    return reading("12345", 2, 64, [](buffered_reader& in) -> task<> {
      std::string message =
          co_await message_of<incomplete_read>([&] { return in.read_exactly(8); });
      EXPECT_EQ(message, "the stream ended after 5 of 8 bytes");
    });
  });
}

TEST_P(buffered_reader_test, a_line_beyond_the_limit_is_refused_and_stays) {
  on_loop([&] {
    return reading(std::string(40, 'x') + "\n", 100, 16, [](buffered_reader& in) -> task<> {
      std::string message = co_await message_of<limit_exceeded>([&] { return in.read_line(); });
      EXPECT_EQ(message, "no separator within 16 bytes");
      std::string_view all = co_await in.read_exactly(41);
      EXPECT_EQ(all.size(), 41U);
    });
  });
}

TEST_P(buffered_reader_test, a_line_of_exactly_the_limit_passes) {
  on_loop([&] {
    return reading(std::string(16, 'x') + "\n", 1, 16, [](buffered_reader& in) -> task<> {
      std::string_view line = co_await in.read_line();
      EXPECT_EQ(line.size(), 17U);
    });
  });
}

TEST_P(buffered_reader_test, a_cancelled_read_keeps_what_had_come) {
  on_loop([&]() -> task<> {
    auto ends = memory_pair();
    buffered_reader in(ends.second);
    co_await ends.first.write_all("half");
    auto none = co_await move_on_after(5ms, in.read_line());
    EXPECT_FALSE(none.has_value());
    EXPECT_EQ(in.buffered(), "half");
    co_await ends.first.write_all(" and half\n");
    std::string_view line = co_await in.read_line();
    EXPECT_EQ(line, "half and half\n");
  });
}

TEST_P(buffered_reader_test, read_takes_what_is_there_up_to_a_count) {
  on_loop([&] {
    return reading("abcdef", 100, 64, [](buffered_reader& in) -> task<> {
      std::string_view some = co_await in.read(4);
      EXPECT_EQ(some, "abcd");
      some = co_await in.read(4);
      EXPECT_EQ(some, "ef");
      some = co_await in.read(4);
      EXPECT_EQ(some, "");
    });
  });
}

TEST_P(buffered_reader_test, a_separator_that_begins_at_the_limit_passes_however_it_is_cut) {
  for (std::size_t piece_bytes : {1U, 3U, 17U, 100U}) {
    on_loop([&] {
      return reading(std::string(16, 'x') + "\r\n\r\n", piece_bytes, 16,
                     [](buffered_reader& in) -> task<> {
                       std::string_view head = co_await in.read_until("\r\n\r\n");
                       EXPECT_EQ(head.size(), 20U);
                     });
    });
  }
}

TEST_P(buffered_reader_test, reading_nothing_waits_for_nothing) {
  on_loop([]() -> task<> {
    auto ends = memory_pair();
    buffered_reader in(ends.second);
    std::string_view none = co_await in.read(0);
    EXPECT_TRUE(none.empty());
    none = co_await in.read_exactly(0);
    EXPECT_TRUE(none.empty());
    EXPECT_FALSE(in.at_end());
  });
}

/// A stream that gives a little, and then fails.
struct failing_stream {
  task<lease> read() {
    if (given) throw std::system_error(ECONNRESET, std::generic_category(), "read from a test");
    given = true;
    lease chunk = co_await source.read();
    co_return chunk;
  }
  task<> write_all(std::span<const std::byte>) { co_return; }
  task<> write_all(std::span<const slice>) { co_return; }
  task<> shut_down_writing() { co_return; }
  void close() noexcept {}
  std::string name() const { return "a test"; }

  memory_stream& source;
  bool given = false;
};

TEST_P(buffered_reader_test, a_failure_of_the_stream_passes_through_every_read_and_loses_nothing) {
  on_loop([]() -> task<> {
    auto ends = memory_pair();
    co_await ends.first.write_all("some");
    failing_stream broken{ends.second};
    buffered_reader in(broken);
    for (int i = 0; i < 2; ++i) {
      std::string message = co_await message_of([&] { return in.read_line(); });
      EXPECT_TRUE(message.starts_with("read from a test: ")) << message;
      message = co_await message_of([&] { return in.read_until(";"); });
      EXPECT_TRUE(message.starts_with("read from a test: ")) << message;
      message = co_await message_of([&] { return in.read_exactly(5); });
      EXPECT_TRUE(message.starts_with("read from a test: ")) << message;
    }
    std::string_view some = co_await in.read(10);
    EXPECT_EQ(some, "some");
    std::string message = co_await message_of([&] { return in.read(10); });
    EXPECT_TRUE(message.starts_with("read from a test: ")) << message;
  });
}

TEST(buffered_reader_death, an_empty_separator_is_a_mistake) {
  auto ends = memory_pair();
  buffered_reader in(ends.second);
  auto read = [&]() -> task<> { co_await in.read_until(""); };
  EXPECT_DEATH(pirn::testing::run_virtual(read), "a separator has at least one byte");
}

}  // namespace
