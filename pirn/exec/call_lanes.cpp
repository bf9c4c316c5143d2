#include "pirn/exec/call_lanes.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace pirn::detail {

namespace {
constinit std::atomic<std::uint64_t> numbers{0};
constinit thread_local bool is_past_lanes = false;  // this thread is ending
}  // namespace

struct call_lanes::lanes_of_thread {
  std::vector<std::pair<std::uint64_t, std::shared_ptr<call_lane>>> all;

  ~lanes_of_thread() {
    is_past_lanes = true;
    last_used_ = {};
    // Release: the next owner goes on where this one stopped.
    for (auto& [number, lane] : all) {
      if (lane != nullptr) lane->is_taken.store(false, std::memory_order_release);
    }
  }
};

call_lanes::call_lanes() : number_(++numbers) {}

call_lane* call_lanes::find_lane() {
  if (is_past_lanes) return nullptr;
  static thread_local lanes_of_thread mine;
  auto found = std::ranges::find(mine.all, number_, [](const auto& each) { return each.first; });
  if (found == mine.all.end()) {
    std::erase_if(mine.all, [](const auto& each) { return each.second.use_count() == 1; });
    mine.all.reserve(mine.all.size() + 1);
    mine.all.emplace_back(number_, take_or_make_lane());
    found = mine.all.end() - 1;
  }
  last_used_ = {.lanes = number_, .lane = found->second.get()};
  return last_used_.lane;
}

std::shared_ptr<call_lane> call_lanes::take_or_make_lane() {
  std::scoped_lock lock(mutex_);
  for (const std::shared_ptr<call_lane>& each : all_) {
    bool is_taken = false;
    // Acquire: goes on where its last owner stopped.
    if (each->is_taken.compare_exchange_strong(is_taken, true, std::memory_order_acquire))
      return each;
  }
  if (all_.size() == lanes_max) return none_;
  auto lane = std::make_shared<call_lane>();
  lane->next = first_.load(std::memory_order_relaxed);  // only written under this mutex
  all_.push_back(lane);
  first_.store(lane.get(), std::memory_order_release);
  return lane;
}

void call_lanes::shut() noexcept {
  are_shut_.store(true);
  heavy_barrier();
  for (call_lane* lane = first_.load(); lane != nullptr; lane = lane->next) {
    // Acquire: sees what it added.
    while (lane->is_entering.load(std::memory_order_acquire)) std::this_thread::yield();
  }
}

std::size_t call_lanes::take(std::span<blocking_job*> to, std::size_t sharers,
                             call_lane*& last) noexcept {
  call_lane* const first = first_.load(std::memory_order_acquire);
  if (first == nullptr) return 0;
  call_lane* const begin = last != nullptr && last->next != nullptr ? last->next : first;
  call_lane* lane = begin;
  do {
    if (const std::size_t count = lane->calls.take(to, sharers)) {
      last = lane;
      return count;
    }
    lane = lane->next != nullptr ? lane->next : first;
  } while (lane != begin);
  return 0;
}

bool call_lanes::look_empty() const noexcept {
  for (call_lane* lane = first_.load(std::memory_order_acquire); lane != nullptr;
       lane = lane->next) {
    if (!lane->calls.looks_empty()) return false;
  }
  return true;
}

std::size_t call_lanes::size() const noexcept {
  std::size_t sum = 0;
  for (call_lane* lane = first_.load(std::memory_order_acquire); lane != nullptr;
       lane = lane->next) {
    sum += lane->calls.size();
  }
  return sum;
}

}  // namespace pirn::detail
