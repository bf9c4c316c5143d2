// uring_driver_test: what the tests of the io_uring driver and of its connections stand on.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "pirn/platform/uring_driver.hpp"
#include "pirn/testing/pattern_test.hpp"

namespace pirn::uring_testing {

using pirn::testing::pattern;

using namespace std::chrono_literals;

/// A request that remembers its completion.
template <class Operation>
struct request final : Operation {
  void completed() noexcept override { ++completions; }
  bool ended() const noexcept { return done_at_once || completions > 0; }

  bool done_at_once = false;
  int completions = 0;
};

inline slice slice_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline constexpr std::string_view small_message = "a small message";

struct connection {
  socket_ptr client;
  socket_ptr server;
};

class uring_driver_test : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!probe_uring().usable()) GTEST_SKIP() << probe_uring().problem;
    make({});
  }

  void make(const uring_options& options) {
    driver_.reset();
    auto made = make_uring_driver(options);
    ASSERT_TRUE(made.has_value()) << made.error().message();
    driver_ = std::move(*made);
  }

  template <class Operation>
  void start(request<Operation>& started_now) {
    started_now.done_at_once = driver_->start(started_now) == started::done;
  }

  template <class Operation>
  int finish(request<Operation>& pending) {
    for (int i = 0; i < 1000 && !pending.ended(); ++i) driver_->poll(driver_->now() + 1s);
    EXPECT_TRUE(pending.ended()) << "a request has not completed";
    return pending.result;
  }

  template <class Operation>
  int carry_out(request<Operation>& started_now) {
    start(started_now);
    return finish(started_now);
  }

  void poll_some() {
    for (int i = 0; i < 8; ++i) driver_->poll(time_point::min());
  }

  socket_ptr listen() { return std::move(*driver_->listen(endpoint::ipv4({127, 0, 0, 1}, 0), {})); }

  connection connect_to(socket& listener) {
    request<connect_operation> outgoing;
    outgoing.remote = listener.local();
    start(outgoing);
    request<accept_operation> incoming;
    incoming.listener = &listener;
    EXPECT_EQ(carry_out(incoming), 0);
    EXPECT_EQ(finish(outgoing), 0);
    return {std::move(outgoing.connected), std::move(incoming.accepted)};
  }
  connection connect_pair() { return connect_to(*listen()); }

  int send_text(socket& to, std::string_view text) {
    slice all = slice_of(text);
    request<send_operation> sending;
    sending.to = &to;
    sending.slices = {&all, 1};
    return carry_out(sending);
  }

  lease receive_some(socket& from) {
    request<receive_leased_operation> receiving;
    receiving.from = &from;
    EXPECT_GE(carry_out(receiving), 0);
    return std::move(receiving.chunk);
  }

  std::string receive_text(socket& from, std::size_t size_bytes) {
    std::string text;
    while (text.size() < size_bytes) {
      lease chunk = receive_some(from);
      if (chunk.empty()) break;
      text += chunk.text();
    }
    return text;
  }

  /// Sends small messages until the receiver lets the kernel choose the buffers.
  void bring_into_ring(const connection& pair) {
    std::uint64_t before = driver_->statistics().to_ring_buffers;
    for (int i = 0; i < 100 && driver_->statistics().to_ring_buffers == before; ++i) {
      EXPECT_EQ(send_text(*pair.client, small_message), 0);
      EXPECT_EQ(receive_text(*pair.server, small_message.size()), small_message);
    }
    EXPECT_EQ(driver_->statistics().to_ring_buffers, before + 1);
    // One more, so that the request is with the kernel.
    EXPECT_EQ(send_text(*pair.client, small_message), 0);
    EXPECT_EQ(receive_text(*pair.server, small_message.size()), small_message);
  }

  std::unique_ptr<uring_driver> driver_;
};

}  // namespace pirn::uring_testing
