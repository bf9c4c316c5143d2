// call_lanes: what threads outside hand to a pool, and how that ends.
#include "pirn/exec/call_lanes.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/exec/call_queue.hpp"
#include "pirn/exec/outside_calls.hpp"

namespace {

using pirn::blocking_job;
using pirn::detail::call_lane;
using pirn::detail::call_lanes;
using pirn::detail::call_queue;
using pirn::detail::call_source;
using pirn::detail::outside_calls;
using pirn::detail::when_full;

struct call final : blocking_job {
  void perform() noexcept override {}
};

/// Takes them one by one, as one worker would.
class taker {
 public:
  explicit taker(call_lanes& from) : from_(from) {}

  blocking_job* take() {
    blocking_job* taken = nullptr;
    return from_.take({&taken, 1}, 1, last_) == 1 ? taken : nullptr;
  }
  const call_lane* last() const { return last_; }

 private:
  call_lanes& from_;
  call_lane* last_ = nullptr;
};

TEST(call_lanes, a_thread_s_calls_are_taken_in_their_order) {
  call_lanes lanes;
  taker worker(lanes);
  EXPECT_TRUE(lanes.look_empty());
  EXPECT_EQ(worker.take(), nullptr);
  std::array<call, 3> calls;
  for (call& each : calls) EXPECT_TRUE(lanes.add(each));
  EXPECT_FALSE(lanes.look_empty());
  EXPECT_EQ(lanes.size(), 3U);
  for (call& each : calls) EXPECT_EQ(worker.take(), &each);
  EXPECT_TRUE(lanes.look_empty());
}

TEST(call_lanes, each_thread_has_its_turn) {
  call_lanes lanes;
  std::array<call, 100> mine;
  for (call& each : mine) lanes.add(each);
  std::array<call, 2> other;
  std::thread([&] {
    for (call& each : other) lanes.add(each);
  }).join();
  taker worker(lanes);
  std::vector<const blocking_job*> first;
  for (int i = 0; i < 4; ++i) first.push_back(worker.take());
  EXPECT_EQ(std::ranges::count(first, &other[0]), 1);
  EXPECT_EQ(std::ranges::count(first, &other[1]), 1);
}

TEST(call_lanes, the_lane_of_a_thread_that_has_ended_is_another_s) {
  call_lanes lanes;
  taker worker(lanes);
  const call_lane* before = nullptr;
  for (int i = 0; i < 3; ++i) {
    call one;
    std::thread([&] { lanes.add(one); }).join();
    EXPECT_EQ(worker.take(), &one);
    if (before != nullptr) {
      EXPECT_EQ(worker.last(), before);
    }
    before = worker.last();
  }
}

TEST(call_lanes, a_thread_outlives_many) {
  call one;
  for (int i = 0; i < 100; ++i) {
    call_lanes first;
    call_lanes second;
    for (call_lanes* each : {&first, &second, &first}) {
      EXPECT_TRUE(each->add(one));
      EXPECT_EQ(taker(*each).take(), &one);
    }
  }
}

TEST(call_lanes, who_comes_while_all_are_taken_has_none_and_they_go_on) {
  call_lanes lanes;
  std::deque<call> calls(2 * call_lanes::lanes_max);
  std::latch all_there(static_cast<std::ptrdiff_t>(calls.size()));
  std::atomic<std::size_t> added{0};
  {
    std::vector<std::jthread> threads;
    for (call& mine : calls) {
      threads.emplace_back([&] {
        if (lanes.add(mine)) ++added;
        all_there.arrive_and_wait();
      });
    }
  }
  EXPECT_EQ(added, call_lanes::lanes_max);
  EXPECT_EQ(lanes.size(), call_lanes::lanes_max);
  std::thread([&] { EXPECT_TRUE(lanes.add(calls.front())) << "they have all ended"; }).join();
}

TEST(call_lanes, who_had_none_has_none_later) {
  call_lanes lanes;
  call_lanes others;
  call one;
  std::latch all_there(call_lanes::lanes_max + 1);
  std::latch refused(1);
  std::vector<std::jthread> threads;
  std::deque<call> calls(call_lanes::lanes_max);
  for (call& mine : calls) {
    threads.emplace_back([&] {
      EXPECT_TRUE(lanes.add(mine));
      all_there.arrive_and_wait();
      refused.wait();
    });
  }
  std::thread([&] {
    all_there.arrive_and_wait();
    EXPECT_FALSE(lanes.add(one));
    EXPECT_TRUE(others.add(one));  // elsewhere it has
    refused.count_down();
    threads.clear();
    EXPECT_FALSE(lanes.add(one)) << "its calls would overtake those in the queue";
  }).join();
}

TEST(outside_calls, the_queue_and_the_lanes_have_their_turns) {
  outside_calls calls("pool", 0);
  std::array<call, 3> queued;
  std::array<call, 3> in_lane;
  for (call& each : queued) EXPECT_TRUE(calls.add_to_queue(each, when_full::wait));
  for (call& each : in_lane) EXPECT_TRUE(calls.add_to_lane(each));
  call_source source;
  std::vector<const blocking_job*> taken;
  blocking_job* one = nullptr;
  while (calls.take({&one, 1}, 1, source) == 1) taken.push_back(one);
  EXPECT_EQ(taken, (std::vector<const blocking_job*>{&queued[0], &in_lane[0], &queued[1],
                                                     &in_lane[1], &queued[2], &in_lane[2]}));
  EXPECT_TRUE(calls.look_empty());
}

TEST(call_lanes, a_thread_that_is_ending_has_none) {
  call_lanes lanes;
  call one;
  std::optional<bool> was_added;
  std::thread([&] {
    struct at_end {
      call_lanes& lanes;
      call& one;
      std::optional<bool>& was_added;
      ~at_end() { was_added = lanes.add(one); }
    };
    static thread_local std::unique_ptr<at_end> last;  // made before the lane: ends after it
    last.reset(new at_end{lanes, one, was_added});
    lanes.add(one);
    EXPECT_EQ(taker(lanes).take(), &one);
  }).join();
  EXPECT_EQ(was_added, false);
  EXPECT_TRUE(lanes.look_empty());
}

// Threads add until they are refused, or have had enough; the main thread shuts the lanes somewhere
// in between and counts what is there from that moment on.
TEST(call_lanes_stress, what_was_added_when_they_are_shut_is_there_and_no_more) {
  for (int round = 0; round < 200; ++round) {
    call_lanes lanes;
    std::latch begun(2);
    std::atomic<std::size_t> added{0};
    std::vector<std::jthread> threads;
    std::array<std::deque<call>, 2> calls;
    for (std::deque<call>& mine : calls) {
      threads.emplace_back([&] {
        begun.count_down();
        std::size_t count = 0;
        while (count < 20'000 && lanes.add(mine.emplace_back())) ++count;
        added += count;
      });
    }
    begun.wait();
    lanes.shut();
    const std::size_t there = lanes.size();
    threads.clear();
    EXPECT_EQ(there, added) << "round " << round;
    taker worker(lanes);
    for (std::size_t i = 0; i < there; ++i) ASSERT_NE(worker.take(), nullptr);
    EXPECT_EQ(worker.take(), nullptr);
  }
}

TEST(call_queue, keeps_the_order_as_it_grows) {
  std::vector<call> calls(1000);
  call_queue queue;
  for (std::size_t i = 0; i < 600; ++i) queue.push(calls[i]);
  for (std::size_t i = 0; i < 300; ++i) ASSERT_EQ(&queue.pop(), &calls[i]);
  for (std::size_t i = 600; i < 1000; ++i) queue.push(calls[i]);
  EXPECT_EQ(queue.size(), 700U);
  for (std::size_t i = 300; i < 1000; ++i) ASSERT_EQ(&queue.pop(), &calls[i]);
  EXPECT_TRUE(queue.empty());
}

TEST(call_queue, a_call_can_be_taken_out) {
  std::array<call, 4> calls;
  call_queue queue;
  for (call& each : calls) queue.push(each);
  EXPECT_TRUE(queue.remove(calls[1]));
  EXPECT_FALSE(queue.remove(calls[1]));
  EXPECT_TRUE(queue.remove(calls[3]));
  std::array<blocking_job*, 2> left{};
  queue.pop(left);
  EXPECT_EQ(left[0], &calls[0]);
  EXPECT_EQ(left[1], &calls[2]);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
