// message: values of any shape, written down and brought over.
#include "pirn/process/message.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "pirn/remote/types.hpp"

namespace {

using pirn::message;
using pirn::none;
using pirn::remote::message_error;

pirn::remote::bytes saved(const message& value) {
  pirn::remote::bytes buffer;
  pirn::remote::archive_out archive(buffer);
  archive(value);
  return buffer;
}
message loaded(std::span<const std::byte> buffer) {
  pirn::remote::archive_in archive(buffer);
  message value;
  archive(value);
  archive.expect_end();
  return value;
}

message of_all_kinds() {
  return message::dict{
      {"list", message::list{1, "hello", none}},
      {"numbers", message::list{true, false, -7, 1.5, std::numeric_limits<std::int64_t>::min()}},
      {"bytes", message::bytes{std::byte{0}, std::byte{'a'}}},
      {"empty", message::list{message::list{}, message::dict{}, ""}},
  };
}

TEST(message, it_is_printed_as_python_prints_it) {
  EXPECT_EQ(message(message::list{1, "hello", none}).to_string(), "[1, 'hello', None]");
  EXPECT_EQ(of_all_kinds().to_string(),
            R"({'bytes': b'\x00a', 'empty': [[], {}, ''], 'list': [1, 'hello', None], )"
            R"('numbers': [True, False, -7, 1.5, -9223372036854775808]})");
}

TEST(message, numbers_are_printed_so_that_they_can_be_told_apart) {
  EXPECT_EQ(message(1).to_string(), "1");
  EXPECT_EQ(message(1.0).to_string(), "1.0");
  EXPECT_EQ(message(100000.0).to_string(), "100000.0");
  EXPECT_EQ(message(0.1).to_string(), "0.1");
  EXPECT_EQ(message(1e16).to_string(), "1e+16");
}

TEST(message, text_is_quoted_as_python_quotes_it) {
  EXPECT_EQ(message("it's").to_string(), R"("it's")");
  EXPECT_EQ(message("both ' and \"").to_string(), R"('both \' and "')");
  EXPECT_EQ(message("line\n\ttab\\\x01").to_string(), R"('line\n\ttab\\\x01')");
}

TEST(message, each_kind_arrives_as_it_was) {
  EXPECT_EQ(loaded(saved(of_all_kinds())), of_all_kinds());
}

TEST(message, kinds_can_be_asked_for) {
  message told = message::list{1, "hello", none};
  EXPECT_TRUE(told.is<message::list>());
  EXPECT_EQ(told.as<message::list>()[1].as<std::string>(), "hello");
  EXPECT_THROW(told.as<double>(), std::bad_variant_access);
}

TEST(message, an_integer_that_does_not_fit_is_refused) {
  EXPECT_THROW(message{std::numeric_limits<std::uint64_t>::max()}, std::out_of_range);
}

TEST(message, one_that_is_nested_too_deep_is_neither_sent_nor_read) {
  message deep;
  for (int i = 0; i < 1000; ++i) deep = message::list{std::move(deep)};
  EXPECT_THROW(saved(deep), std::length_error);
  pirn::remote::bytes lists;
  for (int i = 0; i < 100'000; ++i) {
    lists.push_back(std::byte{6});
    lists.push_back(std::byte{1});
    lists.resize(lists.size() + 7);
  }
  EXPECT_THROW(loaded(lists), message_error);
}

TEST(message, a_message_that_is_cut_short_anywhere_is_an_error) {
  auto whole = saved(of_all_kinds());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(loaded(std::span(whole).first(size)), message_error) << size;
  }
}

TEST(message, damaged_bytes_give_an_error_or_another_message_and_nothing_worse) {
  auto whole = saved(of_all_kinds());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      auto damaged = whole;
      damaged[at] ^= std::byte{1} << bit;
      try {
        loaded(damaged).to_string();
      } catch (const message_error&) {
      }
    }
  }
}

}  // namespace
