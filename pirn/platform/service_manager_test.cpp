// notify_service_manager: what is told arrives where NOTIFY_SOCKET says, or nothing happens.
#include "pirn/platform/service_manager.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/platform/fd.hpp"
#include "pirn/platform/sockaddr.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace {

using namespace pirn;

/// The environment's NOTIFY_SOCKET, for as long as it lives.
class notify_variable {
 public:
  explicit notify_variable(const std::string& value) {
    ::setenv("NOTIFY_SOCKET", value.c_str(), 1);
  }
  notify_variable(notify_variable&&) = delete;  // restores once
  ~notify_variable() { ::unsetenv("NOTIFY_SOCKET"); }
};

/// A manager that listens at a path, or at `@` and an abstract name.
class manager {
 public:
  explicit manager(const std::string& where)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const socket_address address(endpoint::parse("unix:" + where).value());
    EXPECT_EQ(::bind(socket_.get(), address.data(), address.size()), 0);
  }

  /// The next datagram, "" when there is none.
  std::string told() const {
    std::array<char, 100> buffer{};
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
  }

 private:
  unique_fd socket_;
};

TEST(service_manager, is_told_at_a_path_and_at_an_abstract_name) {
  const pirn::testing::temporary_directory directory;
  const std::string abstract = "@pirn-service-" + std::to_string(::getpid());
  for (const std::string& where : {(directory.path() / "notify").string(), abstract}) {
    const notify_variable asked(where);
    const manager listening(where);
    EXPECT_TRUE(notify_ready());
    EXPECT_TRUE(notify_stopping());
    EXPECT_TRUE(notify_service_manager("STATUS=one\nMAINPID=2"));
    EXPECT_EQ(listening.told(), "READY=1");
    EXPECT_EQ(listening.told(), "STOPPING=1");
    EXPECT_EQ(listening.told(), "STATUS=one\nMAINPID=2");
  }
}

TEST(service_manager, nobody_who_asks_is_no_error) {
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(notify_ready());
}

TEST(service_manager, nor_is_one_who_has_gone_or_cannot_be) {
  for (const std::string& where :
       {std::string("/none/notify"), std::string("@"), std::string("@pirn-nobody-is-here"),
        std::string("relative"), std::string("vsock:2:1"), std::string(), std::string(200, '/')}) {
    const notify_variable asked(where);
    EXPECT_FALSE(notify_ready()) << where;
  }
}

}  // namespace
