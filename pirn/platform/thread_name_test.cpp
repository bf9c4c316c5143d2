// thread_name: what the kernel shows.
#include "pirn/platform/thread_name.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace pirn::detail;

/// The kernel's name for a thread that was given `name`.
std::string shown_for(std::string_view name) {
  std::string shown;
  std::thread([&] {
    set_thread_name(name);
    shown = thread_name();
  }).join();
  return shown;
}

TEST(thread_name, is_what_it_was_set_to) {
  EXPECT_EQ(shown_for("hash"), "hash");
  EXPECT_EQ(shown_for("fifteen letters"), "fifteen letters");
  EXPECT_EQ(shown_for(""), "");
}

TEST(thread_name, a_long_one_is_cut_after_fifteen_bytes) {
  EXPECT_EQ(shown_for("sixteen letters!"), "sixteen letters");
  EXPECT_EQ(shown_for(std::string(1000, 'x')), std::string(15, 'x'));
}

TEST(thread_name, no_character_is_cut_in_two) {
  EXPECT_EQ(shown_for("thirteen-----日本"), "thirteen-----");
  EXPECT_EQ(shown_for("twelve------日本"), "twelve------日");
}

TEST(thread_name, belongs_to_the_one_thread) {
  const std::string before = thread_name();
  shown_for("another");
  EXPECT_EQ(thread_name(), before);
}

}  // namespace
