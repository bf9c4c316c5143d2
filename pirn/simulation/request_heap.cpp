#include "pirn/simulation/request_heap.hpp"

#include "pirn/base/assert.hpp"
#include "pirn/core/loop.hpp"

namespace pirn::des::detail {

request_heap::~request_heap() {
  PIRN_ASSERT(heap_.empty(), "a resource must outlive the tasks that wait for it");
}

void request_heap::add(place& request) {
  heap_.push_back(&request);
  sift_up(heap_.size() - 1, request);
}

void request_heap::remove(place& request) noexcept {
  PIRN_ASSERT(request.is_queued(), "the request is in no queue");
  const std::size_t hole = request.index_;
  request.index_ = place::nowhere;
  place& last = *heap_.back();
  heap_.pop_back();
  if (&last == &request) return;
  const bool moves_up = hole > 0 && last.rank_ < heap_[(hole - 1) / 2]->rank_;
  moves_up ? sift_up(hole, last) : sift_down(hole, last);
}

void request_heap::wake(place& request) noexcept {
  remove(request);
  request.wake();
}

void request_heap::put(std::size_t index, place& request) noexcept {
  heap_[index] = &request;
  request.index_ = index;
}

void request_heap::sift_up(std::size_t hole, place& request) noexcept {
  while (hole > 0) {
    const std::size_t above = (hole - 1) / 2;
    if (heap_[above]->rank_ < request.rank_) break;
    put(hole, *heap_[above]);
    hole = above;
  }
  put(hole, request);
}

void request_heap::sift_down(std::size_t hole, place& request) noexcept {
  while (true) {
    std::size_t below = 2 * hole + 1;
    if (below >= heap_.size()) break;
    if (below + 1 < heap_.size() && heap_[below + 1]->rank_ < heap_[below]->rank_) ++below;
    if (request.rank_ < heap_[below]->rank_) break;
    put(hole, *heap_[below]);
    hole = below;
  }
  put(hole, request);
}

cancel_answer request_heap::place::withdraw() noexcept {
  queue_.remove(*this);
  return cancel_answer::gone;
}

}  // namespace pirn::des::detail
