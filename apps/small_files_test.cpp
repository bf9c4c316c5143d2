#include "small_files.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <gtest/gtest.h>

#include "blocking_file.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/run/run.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace pirn::apps {
namespace {

// Files, each with a number, in a directory of their own.
class small_files_test : public ::testing::Test {
 protected:
  std::string path(int number) const { return directory_ / std::to_string(number); }
  static std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(directory_.path()), {}));
  }

  testing::temporary_directory directory_;
};

task<> write_one(small_files& files, std::string path, std::string text) {
  co_await files.write(path, std::as_bytes(std::span(text)));
}

TEST_F(small_files_test, many_at_once_are_all_written) {
  constexpr int files_count = 200;
  run([&]() -> task<> {
    small_files files;
    auto body = [&](task_group& group) -> task<> {
      for (int i = 0; i < files_count; ++i) {
        group.start(write_one(files, path(i), std::string(static_cast<std::size_t>(i), 'x')));
      }
      co_return;
    };
    co_await with_group(body);
  });
  EXPECT_EQ(count(), static_cast<std::size_t>(files_count));
  for (int i = 0; i < files_count; ++i) {
    EXPECT_EQ(content(path(i)), std::string(static_cast<std::size_t>(i), 'x'));
  }
}

TEST_F(small_files_test, one_that_cannot_be_written_does_not_harm_the_others) {
  std::filesystem::create_directory(path(1));
  std::string message;
  auto try_one = [&](small_files& files, std::string where) -> task<> {
    try {
      co_await write_one(files, where, "text");
    } catch (const std::system_error& error) {
      message = error.what();
    }
  };
  run([&]() -> task<> {
    small_files files;
    auto body = [&](task_group& group) -> task<> {
      for (int i = 0; i < 3; ++i) group.start(try_one(files, path(i)));
      co_return;
    };
    co_await with_group(body);
  });
  EXPECT_EQ(message, "rename to " + path(1) + ": Is a directory");
  EXPECT_EQ(content(path(0)), "text");
  EXPECT_EQ(content(path(2)), "text");
  EXPECT_EQ(count(), 3U);  // nothing beside them
}

TEST_F(small_files_test, cancelled_writes_are_completed) {
  run([&]() -> task<> {
    small_files files;
    auto body = [&](task_group& group) -> task<> {
      for (int i = 0; i < 20; ++i) group.start(write_one(files, path(i), "whole"));
      co_await yield_now();
      group.cancel();
    };
    try {
      co_await with_group(body);
    } catch (const cancelled&) {
      ADD_FAILURE() << "the group swallows its own cancellation";
    }
  });
  for (const auto& each : std::filesystem::directory_iterator(directory_.path())) {
    EXPECT_EQ(content(each.path().string()), "whole") << each.path();
  }
}

TEST_F(small_files_test, a_file_is_replaced_as_a_whole) {
  const std::string old = "an older and longer text";
  write_whole_blocking(path(0), std::as_bytes(std::span(old)));
  const std::string fresh = "new";
  write_whole_blocking(path(0), std::as_bytes(std::span(fresh)));
  EXPECT_EQ(content(path(0)), "new");
  EXPECT_EQ(count(), 1U);
}

}  // namespace
}  // namespace pirn::apps
