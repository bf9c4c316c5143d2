// frame_pool: what the pool promises to coroutines.
#include "pirn/core/frame_pool.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using pirn::detail::allocate_frame;
using pirn::detail::deallocate_frame;
using pirn::detail::frame_statistics;

// Under sanitizers the pool is out of use: what follows only asks whether memory is sound there.
constexpr bool pooled = !pirn::detail::sanitized;

void* filled_frame(std::size_t size_bytes) {
  void* frame = allocate_frame(size_bytes);
  std::memset(frame, 0xa5, size_bytes);
  return frame;
}

TEST(frame_pool, every_size_is_aligned_and_writable) {
  std::vector<void*> frames;
  for (std::size_t size = 1; size <= 1200; ++size) frames.push_back(filled_frame(size));
  for (void* frame : frames) EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame) % 16, 0u);
  for (std::size_t size = 1; size <= 1200; ++size) deallocate_frame(frames[size - 1], size);
}

TEST(frame_pool, live_frames_do_not_overlap) {
  for (std::size_t size : {24u, 100u, 1000u}) {
    std::vector<std::uintptr_t> begins;
    for (int count = 0; count < 3000; ++count) {
      begins.push_back(reinterpret_cast<std::uintptr_t>(filled_frame(size)));
    }
    std::ranges::sort(begins);
    for (std::size_t index = 1; index < begins.size(); ++index) {
      EXPECT_GE(begins[index] - begins[index - 1], size);
    }
    for (std::uintptr_t begin : begins) deallocate_frame(reinterpret_cast<void*>(begin), size);
  }
}

TEST(frame_pool, the_frame_freed_last_is_handed_out_first) {
  void* first = filled_frame(200);
  deallocate_frame(first, 200);
  void* second = filled_frame(193);  // the same class of 16 bytes
  EXPECT_TRUE(!pooled || second == first);
  deallocate_frame(second, 193);
}

TEST(frame_pool, a_warm_pool_asks_for_no_memory) {
  auto round = [] {
    std::vector<void*> frames;
    for (int count = 0; count < 10'000; ++count) frames.push_back(filled_frame(160));
    for (void* frame : frames) deallocate_frame(frame, 160);
  };
  round();
  const auto before = frame_statistics();
  for (int count = 0; count < 20; ++count) round();
  EXPECT_EQ(frame_statistics().chunks, before.chunks);
  EXPECT_EQ(frame_statistics().large_frames, before.large_frames);
}

TEST(frame_pool, large_frames_are_counted_one_by_one) {
  const auto before = frame_statistics();
  deallocate_frame(filled_frame(1025), 1025);
  deallocate_frame(filled_frame(1024), 1024);
  EXPECT_EQ(frame_statistics().large_frames - before.large_frames, pooled ? 1u : 0u);
}

TEST(frame_pool, frames_in_use_counts_what_was_not_freed) {
  const auto before = pirn::detail::frames_in_use();
  std::vector<void*> frames;
  for (int count = 0; count < 10'000; ++count) frames.push_back(filled_frame(64));
  EXPECT_EQ(pirn::detail::frames_in_use() - before, pooled ? 10'000 : 0);
  for (void* frame : frames) deallocate_frame(frame, 64);
  EXPECT_EQ(pirn::detail::frames_in_use(), before);
}

TEST(frame_pool, frames_that_a_thread_freed_before_it_ended_are_not_in_use) {
  const auto before = pirn::detail::frames_in_use();
  void* here = pirn::detail::allocate_frame(100);
  void* there = nullptr;
  std::thread([&] {
    pirn::detail::deallocate_frame(here, 100);
    there = pirn::detail::allocate_frame(200);
  }).join();
  EXPECT_EQ(pirn::detail::frames_in_use() - before, pooled ? 1 : 0);
  pirn::detail::deallocate_frame(there, 200);
  EXPECT_EQ(pirn::detail::frames_in_use(), before);
}

TEST(frame_pool, frames_freed_on_another_thread_come_back) {
  auto round = [] {
    std::vector<void*> frames;
    for (int count = 0; count < 5'000; ++count) frames.push_back(filled_frame(400));
    std::thread([&] {
      for (void* frame : frames) deallocate_frame(frame, 400);
    }).join();
  };
  for (int count = 0; count < 3; ++count) round();
  const auto before = frame_statistics();
  for (int count = 0; count < 10; ++count) round();
  EXPECT_EQ(frame_statistics().chunks, before.chunks);
}

TEST(frame_pool, a_thread_that_frees_a_single_frame_hands_it_on_at_its_end) {
  std::set<void*> seen;
  for (int count = 0; count < 10'000; ++count) {
    void* frame = filled_frame(720);
    seen.insert(frame);
    if (count % 100 == 0) {
      std::thread([frame] { deallocate_frame(frame, 720); }).join();
    } else {
      deallocate_frame(frame, 720);
    }
  }
  EXPECT_TRUE(!pooled || seen.size() < 200) << seen.size();
}

TEST(frame_pool, a_frame_may_outlive_its_thread) {
  void* frame = nullptr;
  std::thread([&] { frame = filled_frame(300); }).join();
  std::memset(frame, 0x5a, 300);
  deallocate_frame(frame, 300);
}

// Made before the thread's first frame, so destroyed after the pool has left the thread.
struct frees_late {
  void* frame = nullptr;
  ~frees_late() {
    if (frame == nullptr) return;
    deallocate_frame(frame, 560);
    deallocate_frame(filled_frame(560), 560);
    deallocate_frame(filled_frame(880), 880);
  }
};

TEST(frame_pool, frames_are_sound_after_the_pool_has_left_the_thread) {
  auto round = [] {
    std::thread([] {
      static thread_local frees_late late;
      late.frame = filled_frame(560);
    }).join();
  };
  for (int count = 0; count < 3; ++count) round();
  const auto before = frame_statistics();
  for (int count = 0; count < 1000; ++count) round();
  EXPECT_EQ(frame_statistics().chunks, before.chunks);
}

TEST(frame_pool, threads_trade_frames_without_a_race) {
  std::vector<std::thread> threads;
  for (int count = 0; count < 4; ++count) {
    threads.emplace_back([] {
      for (int turn = 0; turn < 20; ++turn) {
        std::vector<void*> frames;
        for (int index = 0; index < 2'000; ++index) frames.push_back(filled_frame(96));
        for (void* frame : frames) deallocate_frame(frame, 96);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
