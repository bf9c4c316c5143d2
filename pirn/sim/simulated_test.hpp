// simulated_test: what the tests of the simulator stand on.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/random.hpp"
#include "pirn/sim/virtual_driver.hpp"

namespace pirn::sim {

using namespace std::chrono_literals;

inline slice slice_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Text without a short period, so that lost or repeated bytes show.
inline std::string pattern(std::size_t size_bytes) {
  random_source random(1);
  std::string text(size_bytes, '\0');
  for (char& each : text) each = static_cast<char>(random() >> 56);
  return text;
}

/// A virtual driver, and requests on it that know when they ended.
class simulation_of {
 public:
  /// A request that remembers when it was completed.
  template <class Operation>
  struct request final : Operation {
    explicit request(virtual_driver& on) : driver(on) {}
    void completed() noexcept override {
      ended = true;
      ended_at = driver.now();
    }

    virtual_driver& driver;
    bool ended = false;
    time_point ended_at{};
  };
  using accept = request<accept_operation>;
  using connect = request<connect_operation>;
  using receive = request<receive_operation>;
  using receive_leased = request<receive_leased_operation>;
  using send = request<send_operation>;

  struct pair {
    socket_ptr client;
    socket_ptr server;
  };

  explicit simulation_of(const virtual_options& options = {}) : driver(options) {}

  template <class Operation>
  void start(request<Operation>& begun) {
    if (driver.start(begun) == started::done) begun.completed();
  }
  /// Lets time pass until the request has ended.
  /// Returns: its result.
  template <class Operation>
  int finish(request<Operation>& pending) {
    while (!pending.ended && driver.event_count() > 0) driver.poll(never);
    EXPECT_TRUE(pending.ended) << "nothing can complete the request";
    return pending.result;
  }
  template <class Operation>
  int carry_out(request<Operation>& begun) {
    start(begun);
    return finish(begun);
  }
  /// Lets exactly so much time pass.
  void pass(duration time) {
    const time_point until = driver.now() + time;
    while (driver.now() < until) driver.poll(until);
    driver.poll(until);
  }
  /// Lets everything happen that still can.
  void settle() {
    while (driver.event_count() > 0) driver.poll(never);
  }

  duration elapsed() { return driver.now() - time_point{}; }

  socket_ptr listen(const listen_options& options = {}, std::uint16_t port = 0) {
    auto made = driver.listen(endpoint::ipv4({127, 0, 0, 1}, port), options);
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }
  pair connect_to(socket& listener, const stream_options& options = {}) {
    connect outgoing(driver);
    outgoing.remote = listener.local();
    outgoing.options = options;
    accept incoming(driver);
    incoming.listener = &listener;
    start(incoming);
    EXPECT_EQ(carry_out(outgoing), 0);
    EXPECT_EQ(finish(incoming), 0);
    return {std::move(outgoing.connected), std::move(incoming.accepted)};
  }
  pair connect_pair(const stream_options& options = {}) {
    return connect_to(*listen({.accepted = options}), options);
  }

  /// Sends all that is taken at once.
  /// Returns: the result, or -EAGAIN after how much was taken.
  int send_now(socket& to, std::string_view text, std::size_t* taken = nullptr) {
    slice all = slice_of(text);
    send sending(driver);
    sending.to = &to;
    sending.slices = {&all, 1};
    start(sending);
    if (!sending.ended) {
      EXPECT_EQ(driver.cancel(sending), cancel_answer::gone);
      sending.result = -EAGAIN;
    }
    if (taken != nullptr) *taken = sending.sent_bytes;
    return sending.result;
  }
  /// One receive.
  /// Returns: the bytes; empty at the end or on failure.
  std::string receive_once(socket& from) {
    receive_leased receiving(driver);
    receiving.from = &from;
    EXPECT_GE(carry_out(receiving), 0);
    return std::string(receiving.chunk.text());
  }
  int receive_result(socket& from) {
    receive_leased receiving(driver);
    receiving.from = &from;
    return carry_out(receiving);
  }
  std::string receive_all(socket& from, std::size_t size_bytes = ~std::size_t{0}) {
    std::string text;
    while (text.size() < size_bytes) {
      std::string piece = receive_once(from);
      if (piece.empty()) break;
      text += piece;
    }
    return text;
  }

  virtual_driver driver;
};

}  // namespace pirn::sim
