// Once warm, simulated sockets allocate nothing, whatever passes through them.
#include <array>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/sim/virtual_driver.hpp"
#include "tests/allocations_test.hpp"

namespace pirn {

namespace {

template <class Operation>
struct request final : Operation {
  void completed() noexcept override { ended = true; }
  bool ended = false;
};

/// Two ends, and requests that are used over and over.
class warm_connection {
 public:
  warm_connection() {
    request<connect_operation> outgoing;
    outgoing.remote = listener_->local();
    request<accept_operation> incoming;
    incoming.listener = listener_.get();
    driver_.start(incoming);
    driver_.start(outgoing);
    while (!incoming.ended) driver_.poll(never);
    client_ = std::move(outgoing.connected);
    server_ = std::move(incoming.accepted);
  }

  void send(std::span<const std::byte> bytes) {
    part_ = {bytes.data(), bytes.size()};
    sending_.to = client_.get();
    sending_.slices = {&part_, 1};
    sending_.ended = driver_.start(sending_) == started::done;
  }
  void finish_sending() {
    while (!sending_.ended) driver_.poll(never);
  }
  std::size_t receive() {
    reading_.from = server_.get();
    reading_.ended = driver_.start(reading_) == started::done;
    while (!reading_.ended) driver_.poll(never);
    const std::size_t count = reading_.chunk.size();
    reading_.chunk = {};
    return count;
  }
  void receive_and_cancel() {
    reading_.from = server_.get();
    driver_.start(reading_);
    driver_.cancel(reading_);
  }

 private:
  virtual_driver driver_;
  socket_ptr listener_ = std::move(*driver_.listen(endpoint::ipv4({127, 0, 0, 1}, 0), {}));
  socket_ptr client_;
  socket_ptr server_;
  slice part_{};
  request<send_operation> sending_;
  request<receive_leased_operation> reading_;
};

/// Runs `work` until it is warm, then once more.
/// Returns: how often the last run allocated; always 0 under sanitizers, where packets are not used
///          again.
template <class Work>
std::size_t allocations_of(Work work) {
  for (int i = 0; i < 5; ++i) work();
  const std::size_t before = allocations;
  work();
  return detail::sanitized ? 0 : allocations - before;
}

}  // namespace

TEST(sim_allocations, a_message_allocates_nothing) {
  warm_connection ends;
  const std::array<std::byte, 64> message{};
  const auto work = [&] {
    for (int i = 0; i < 1000; ++i) {
      ends.send(message);
      ASSERT_EQ(ends.receive(), message.size());
    }
  };
  EXPECT_EQ(allocations_of(work), 0U);
}

TEST(sim_allocations, a_cancelled_receive_allocates_nothing) {
  warm_connection ends;
  const auto work = [&] {
    for (int i = 0; i < 1000; ++i) ends.receive_and_cancel();
  };
  EXPECT_EQ(allocations_of(work), 0U);
}

TEST(sim_allocations, a_megabyte_through_a_full_window_allocates_nothing) {
  warm_connection ends;
  const std::vector<std::byte> much(1 << 20);
  const auto work = [&] {
    ends.send(much);
    for (std::size_t got = 0; got < much.size();) got += ends.receive();
    ends.finish_sending();
  };
  EXPECT_EQ(allocations_of(work), 0U);
}

}  // namespace pirn
