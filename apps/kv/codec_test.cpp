// codec and frames: what is written is read, and nothing else is believed.
#include "codec.hpp"

#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include "frame.hpp"
#include "pirn/base/random.hpp"

namespace pirn::apps::kv {

namespace {

command some_command() {
  command made;
  made.what = command::kind::compare_and_swap;
  made.client = 7;
  made.sequence = 9;
  made.key = "key";
  made.expected = "before";
  made.value = std::string("zero \0 inside", 13);
  return made;
}

append_request some_append() {
  append_request made;
  made.term = 5;
  made.leader = 2;
  made.previous_index = 11;
  made.previous_term = 4;
  made.committed = 10;
  made.entries = {{.term = 4, .what = {}}, {.term = 5, .what = some_command()}};
  return made;
}

}  // namespace

TEST(kv_codec, requests_and_replies_come_back_as_they_were) {
  for (const request& each :
       {request(vote_request{3, 1, 20, 2}), request(some_append()), request(some_command())}) {
    EXPECT_EQ(decoded_request(encoded(each)), each);
  }
  const client_answer elsewhere{.is_done = false, .leader = 2, .what = {}};
  const client_answer done{.is_done = true, .leader = {}, .what = {.value = "x", .swapped = true}};
  for (const reply& each : {reply(vote_answer{3, true}), reply(append_answer{3, false, 8}),
                            reply(elsewhere), reply(done)}) {
    EXPECT_EQ(decoded_reply(encoded(each)), each);
  }
}

TEST(kv_codec, what_is_cut_short_or_too_long_is_refused) {
  const std::string whole = encoded(request(some_append()));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(decoded_request(whole.substr(0, size)), std::system_error) << size;
  }
  EXPECT_THROW(decoded_request(whole + "x"), std::system_error);
}

TEST(kv_codec, random_bytes_are_read_or_refused) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    random_source lots(seed);
    std::string bytes(lots.below(60), '\0');
    for (char& each : bytes) each = static_cast<char>(lots.below(seed % 2 == 0 ? 4 : 256));
    try {
      decoded_request(bytes);
    } catch (const std::system_error& refused) {
      EXPECT_EQ(refused.code(), std::errc::bad_message) << "seed " << seed;
    }
  }
}

TEST(kv_frame, a_frame_that_is_torn_or_changed_is_none) {
  std::string bytes;
  add_frame(bytes, "first");
  add_frame(bytes, "second");
  std::string_view left = bytes;
  EXPECT_EQ(take_frame(left), "first");
  EXPECT_EQ(take_frame(left), "second");
  EXPECT_EQ(take_frame(left), std::nullopt);
  std::string one;
  add_frame(one, "content");
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::string changed = one;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    std::string_view in_it = changed;
    EXPECT_EQ(take_frame(in_it), std::nullopt) << i;
    std::string_view cut = std::string_view(one).substr(0, i);
    EXPECT_EQ(take_frame(cut), std::nullopt) << i;
  }
  std::string_view zeros("\0\0\0\0\0\0\0\0\0\0", 10);
  EXPECT_EQ(take_frame(zeros), std::nullopt) << "a hole in a file";
}

}  // namespace pirn::apps::kv
