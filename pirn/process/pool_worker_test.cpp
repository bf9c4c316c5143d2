// pool_worker: which call a result belongs to, and what becomes of calls whose process has ended.
#include "pirn/process/pool_worker.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "pirn/platform/descriptor_calls.hpp"

namespace {

using namespace pirn;
using namespace pirn::detail;

class some_call final : public pool_call {
 public:
  bool begin() noexcept override { return true; }
  void complete(frame&) noexcept override {}
  void fail(std::exception_ptr) noexcept override {}
  void give_up() noexcept override {}
};

// The test is the process that makes the calls, too.
struct pool_worker_test : ::testing::Test {
  pool_worker_test() {
    EXPECT_EQ(set_nonblocking(sockets.left.get()), 0);
    EXPECT_EQ(set_nonblocking(sockets.right.get()), 0);
    worker.emplace(frame_stream(std::move(sockets.left)), slots(), pool_worker::no_limit);
    away = frame_stream(std::move(sockets.right));
  }
  call_slots slots() { return call_slots(std::as_writable_bytes(std::span(words))); }

  /// Sends a call there.
  /// Returns: its number, as it arrives.
  std::uint32_t give(some_call& call) {
    worker->give(call);
    EXPECT_EQ(worker->stream().flush(), 0);
    EXPECT_EQ(away.receive(), frame_stream::received::bytes);
    return away.next().value().number;
  }

  std::array<std::uint64_t, call_slots::count> words{};
  socket_pair sockets = make_socket_pair().value();
  frame_stream away;
  std::optional<pool_worker> worker;
};

// Of three calls that are there at a time, the middle one ends first.
TEST_F(pool_worker_test, results_find_their_calls_also_when_the_numbers_begin_again) {
  std::array<some_call, 3> calls;
  bool began_again = false;
  for (int round = 0; round < 1'000; ++round) {
    std::array<std::uint32_t, 3> numbers{};
    for (std::size_t i = 0; i < calls.size(); ++i) numbers[i] = give(calls[i]);
    began_again = began_again || numbers[2] < numbers[0];
    for (std::size_t i : {1U, 2U, 0U}) {
      ASSERT_EQ(worker->finished(numbers[i]), &calls[i]) << numbers[i];
      ASSERT_EQ(worker->finished(numbers[i]), nullptr);
    }
  }
  EXPECT_TRUE(began_again);
}

TEST_F(pool_worker_test, calls_that_were_not_begun_are_for_others) {
  std::array<some_call, 3> calls;
  call_slots there = slots();
  EXPECT_TRUE(there.begin(give(calls[0])));
  give(calls[1]);
  give(calls[2]);
  std::vector<pool_call*> begun;
  intrusive_list<pool_call> others;
  worker->send_error = EPIPE;
  EXPECT_EQ(worker->take_all(begun, others), 2U);
  EXPECT_EQ(begun, std::vector<pool_call*>{&calls[0]});
  EXPECT_EQ(&others.pop_front(), &calls[1]);
  EXPECT_EQ(&others.pop_front(), &calls[2]);
}

TEST_F(pool_worker_test, what_this_side_could_not_send_is_for_nobody) {
  std::array<some_call, 2> calls;
  for (some_call& each : calls) worker->give(each);
  std::vector<pool_call*> begun;
  intrusive_list<pool_call> others;
  worker->send_error = ENOMEM;
  EXPECT_FALSE(worker->can_be_sent_to());
  EXPECT_FALSE(worker->has_room(call_slots::count));
  EXPECT_EQ(worker->take_all(begun, others), 0U);
  EXPECT_EQ(begun.size(), 2U);
}

}  // namespace
