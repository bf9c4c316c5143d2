// Pipes in callback style: a descriptor_stream is a stream, and any stream may have a protocol.
#include <array>
#include <memory>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/core/task_group.hpp"
#include "pirn/net/create_connection.hpp"
#include "pirn/process/descriptor_stream.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace pirn;

class pipe_protocols : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, pipe_protocols, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

class collector : public net::protocol {
 public:
  void data_received(std::span<const std::byte> bytes) override {
    received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void connection_lost(std::exception_ptr error) override { ended_well = error == nullptr; }

  std::string received;
  bool ended_well = false;
};

/// Of a pipe's end that is written to nothing is to be read.
class writer : public net::protocol {
 public:
  void connection_made(net::transport& connected) override { connected.pause_reading(); }
  void resume_writing() override { resumed = true; }
  void connection_lost(std::exception_ptr error) override { ended_well = error == nullptr; }

  bool resumed = false;
  bool ended_well = false;
};

TEST_P(pipe_protocols, what_goes_in_at_one_end_comes_out_at_the_other) {
  std::shared_ptr<collector> told;
  std::shared_ptr<writer> wrote;
  const std::string text(1 << 20, 'p');  // more than a pipe holds
  on_loop([&]() -> task<> {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    descriptor_stream out{unique_fd(ends[0])};
    descriptor_stream in{unique_fd(ends[1])};
    co_await with_group([&](task_group& group) -> task<> {
      auto reading = [] { return std::make_unique<collector>(); };
      auto writing = [] { return std::make_unique<writer>(); };
      auto reader = co_await net::create_connection(group, reading, std::move(out));
      auto sender = co_await net::create_connection(group, writing, std::move(in));
      told = reader.protocol;
      wrote = sender.protocol;
      EXPECT_GE(reader.transport->stream<descriptor_stream>()->descriptor(), 0);
      EXPECT_FALSE(sender.transport->write(text));
      sender.transport->close();
    });
  });
  EXPECT_TRUE(told->received == text);
  EXPECT_TRUE(told->ended_well);
  EXPECT_TRUE(wrote->ended_well);
  EXPECT_TRUE(wrote->resumed);
}

TEST_P(pipe_protocols, writing_to_a_pipe_that_nobody_reads_is_told_to_connection_lost) {
  std::shared_ptr<writer> wrote;
  on_loop([&]() -> task<> {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    ::close(ends[0]);
    descriptor_stream in{unique_fd(ends[1])};
    co_await with_group([&](task_group& group) -> task<> {
      auto writing = [] { return std::make_unique<writer>(); };
      auto sender = co_await net::create_connection(group, writing, std::move(in));
      wrote = sender.protocol;
      sender.transport->write("anybody?");
      co_await sender.transport->wait_closed();
    });
  });
  EXPECT_FALSE(wrote->ended_well);
}

}  // namespace
