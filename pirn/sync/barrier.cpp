#include "pirn/sync/barrier.hpp"

#include "pirn/base/assert.hpp"

namespace pirn {

barrier_wait::~barrier_wait() {
  if (is_linked()) --barrier_.waiting_;  // the list_wait unlinks itself
}

std::string barrier_wait::describe() const {
  return "barrier, " + std::to_string(barrier_.waiting_) + " of " +
         std::to_string(barrier_.parties_) + " there";
}

// The last task to come lets the others go, each with its number, and passes.
bool barrier_wait::try_complete() noexcept {
  index_ = broken;
  if (barrier_.broken_) return true;
  if (barrier_.waiting_ + 1 < barrier_.parties_) return false;
  std::size_t next = 0;
  for (; !barrier_.waiters_.empty(); ++next) {
    static_cast<barrier_wait&>(barrier_.waiters_.front()).index_ = next;
    barrier_.waiters_.wake_first();
  }
  barrier_.waiting_ = 0;
  index_ = next;
  return true;
}

void barrier_wait::enqueue() noexcept {
  ++barrier_.waiting_;
  list_wait::enqueue();
}

cancel_answer barrier_wait::withdraw() noexcept {
  --barrier_.waiting_;
  return list_wait::withdraw();
}

std::size_t barrier_wait::result() const {
  if (index_ == broken) throw broken_barrier();
  return index_;
}

barrier::barrier(std::size_t parties) noexcept : parties_(parties) {
  PIRN_ASSERT(parties >= 1, "a barrier has at least one party");
}

void barrier::abort() noexcept {
  reset();
  broken_ = true;
}

void barrier::reset() noexcept {
  broken_ = false;
  waiters_.wake_all();  // without a number: broken
  waiting_ = 0;
}

}  // namespace pirn
