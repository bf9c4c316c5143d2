#include "charfinder_session.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "name_index_test.hpp"
#include "pirn/core/gather.hpp"
#include "pirn/io/memory_stream.hpp"
#include "pirn/run/run.hpp"
#include "pirn/testing/cancel_each.hpp"

namespace pirn::apps {
namespace {

constexpr std::string_view kings =
    "U+2654 \t♔\tWHITE CHESS KING\r\n"
    "U+265A \t♚\tBLACK CHESS KING\r\n"
    "2 matches for 'chess king'\r\n";

struct conversation {
  std::string answers{};
  std::vector<std::string> chunks{};  // as they were written
  std::string log{};
};

// Says it all at once, then reads to the end.
task<> ask(io::memory_stream& client, std::string_view said, conversation& heard) {
  co_await client.write_all(said);
  co_await client.shut_down_writing();
  for (;;) {
    lease chunk = co_await client.read();
    if (chunk.empty()) co_return;
    heard.chunks.emplace_back(chunk.text());
    heard.answers += chunk.text();
  }
}

task<> serve(io::memory_stream server, conversation& heard) {
  const name_index index = some_index();
  const session_log log = [&](std::string_view lines) { heard.log += lines; };
  co_await answer_queries(index, server, log);
  server.close();
}

task<> converse(std::string_view said, conversation& heard) {
  auto [client, server] = io::memory_pair(1024 * 1024);
  io::memory_stream asking = std::move(client);
  co_await gather(ask(asking, said, heard), serve(std::move(server), heard));
}

conversation after(std::string_view said) {
  conversation heard;
  run({.driver = driver_choice::virtual_time}, &converse, said, std::ref(heard));
  return heard;
}

TEST(charfinder_session, a_query_is_answered_between_two_prompts) {
  const conversation heard = after("chess king\r\n");
  EXPECT_EQ(heard.answers, "?> " + std::string(kings) + "?> ");
  EXPECT_EQ(heard.log,
            "Received from memory: 'chess king'\nSent 3 lines to memory\nClosed memory\n");
}

TEST(charfinder_session, queries_that_come_together_are_answered_together) {
  const conversation heard = after("chess king\nno such\n\nchess king\n");
  const std::string answer = std::string(kings) + "?> ";
  EXPECT_EQ(heard.answers, "?> " + answer + "No match for 'no such'\r\n?> ?> " + answer);
  EXPECT_EQ(heard.chunks.size(), 2U);
}

TEST(charfinder_session, white_space_around_a_query_is_left_out) {
  EXPECT_EQ(after(" \tchess king \r\n").answers, "?> " + std::string(kings) + "?> ");
  EXPECT_EQ(after(" \r\n\x1c\n").answers, "?> ?> ?> ");
}

TEST(charfinder_session, the_end_in_the_middle_of_a_line_is_the_end_of_the_line) {
  EXPECT_EQ(after("chess king").answers, "?> " + std::string(kings) + "?> ");
  EXPECT_EQ(after("").answers, "?> ");
}

TEST(charfinder_session, control_characters_and_what_is_no_utf8_end_it) {
  for (const char* last : {"\x01\nchess king\n", "\x1b[A\nchess king\n",
                           "\xff\xf4\xff\xfd\x06\nchess king\n", "chess king \xc3\nchess king\n"}) {
    const conversation heard = after(std::string("chess king\n") + last);
    EXPECT_EQ(heard.answers, "?> " + std::string(kings) + "?> ");
  }
  EXPECT_EQ(after("\xff\n").log, "Received from memory: '\\x00'\nClosed memory\n");
  EXPECT_EQ(after("zz\x01\n").answers, "?> No match for 'zz\\x01'\r\n?> ");  // only at its front
}

TEST(charfinder_session, too_long_a_line_ends_it) {
  const std::string line(100'000, 'a');
  EXPECT_EQ(after("chess king\n" + line).answers, "?> " + std::string(kings) + "?> ");
  EXPECT_EQ(after(line + '\n').log, "Too long a line from memory\nClosed memory\n");
}

TEST(charfinder_session, an_answer_of_any_length_comes_whole) {
  const conversation heard = after("ideograph\n");
  EXPECT_TRUE(heard.answers.starts_with("?> U+4E00 \t一\tCJK UNIFIED IDEOGRAPH-4E00\r\n"));
  EXPECT_TRUE(heard.answers.ends_with("\r\n63713 matches for 'ideograph'\r\n?> "));
}

TEST(charfinder_session, a_cancel_anywhere_leaves_nothing_behind) {
  conversation heard;
  const auto make = [&] { return converse("chess king\nchess king\n", heard); };
  EXPECT_GT(testing::cancel_each_await(make), 3U);
}

}  // namespace
}  // namespace pirn::apps
