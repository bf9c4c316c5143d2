// socket_file: servers that start at the same moment on the same path.
#include "pirn/platform/socket_file.hpp"

#include <barrier>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/socket.h>

#include "pirn/platform/sockaddr.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace {

using namespace pirn;

using listening = std::expected<unique_fd, std::error_code>;

class socket_file_test : public ::testing::Test {
 protected:
  std::string path() const { return (directory_ / "socket").string(); }
  std::string lock_path() const { return path() + ".pirn-lock"; }

  listening listen() const {
    return open_listener(endpoint::unix_socket(path()), {}, descriptor_mode::blocking);
  }

  /// What as many threads get that listen there at the same moment.
  std::vector<listening> listen_at_once(std::ptrdiff_t count) const {
    std::vector<listening> results(static_cast<std::size_t>(count));
    std::barrier start(count);
    std::vector<std::jthread> threads;
    for (listening& result : results) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        result = listen();
      });
    }
    threads.clear();
    return results;
  }

  bool somebody_listens() const {
    const unique_fd asking(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const socket_address where(endpoint::unix_socket(path()));
    return ::connect(asking.get(), where.data(), where.size()) == 0;
  }

  void expect_one_winner(const std::vector<listening>& results) const {
    std::size_t winners = 0;
    for (const listening& each : results) {
      if (each) {
        ++winners;
      } else {
        EXPECT_EQ(each.error(), std::errc::address_in_use);
      }
    }
    EXPECT_EQ(winners, 1U);
    EXPECT_TRUE(somebody_listens()) << "the file is not the winner's";
    EXPECT_FALSE(std::filesystem::exists(lock_path()));
  }

  pirn::testing::temporary_directory directory_;
};

constexpr int rounds = 300;
constexpr std::ptrdiff_t starting = 4;

TEST_F(socket_file_test, of_several_in_the_place_of_a_dead_one_one_listens) {
  {
    ASSERT_TRUE(listen());
  }
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    expect_one_winner(listen_at_once(starting));
  }
}

TEST_F(socket_file_test, of_several_where_there_was_none_one_listens) {
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    std::filesystem::remove(path());
    expect_one_winner(listen_at_once(starting));
  }
}

TEST_F(socket_file_test, while_another_is_about_to_listen_the_address_is_in_use) {
  const unique_fd lock(::open(lock_path().c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
  const listening refused = listen();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), std::errc::address_in_use);
}

TEST_F(socket_file_test, a_lock_that_nobody_holds_any_more_is_in_nobodys_way) {
  {
    std::ofstream left(lock_path());
  }
  EXPECT_TRUE(listen());
  EXPECT_FALSE(std::filesystem::exists(lock_path()));
}

TEST_F(socket_file_test, without_a_lock_one_listens_and_removes_nothing) {
  std::filesystem::create_directory(lock_path());  // where no file can be made
  {
    ASSERT_TRUE(listen());
  }
  const listening refused = listen();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), std::errc::address_in_use);
}

TEST_F(socket_file_test, where_there_is_no_directory_that_is_the_error) {
  const endpoint nowhere = endpoint::unix_socket((directory_ / "none" / "socket").string());
  const listening refused = open_listener(nowhere, {}, descriptor_mode::blocking);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), std::errc::no_such_file_or_directory);
}

}  // namespace
