#include "pirn/core/as_completed.hpp"

#include <utility>

namespace pirn {

children_watch::~children_watch() {
  PIRN_ASSERT(waiting_ == nullptr, "it must outlive the task that waits for it");
}

void children_watch::add(const task_handle& child) {
  const std::size_t number = watches_.size();
  if (ended_.capacity() <= number) ended_.reserve(2 * number + 1);  // a child's end never allocates
  watches_.emplace_back(*this, child.mutable_record(), number);
}

children_watch::watch::watch(children_watch& set, task_record& child, std::size_t number) noexcept
    : set_(set), child_(child), number_(number) {
  if (child.has_ended()) {
    set_.ended_.push_back(number_);
  } else {
    child_.observe(*this);
  }
}

children_watch::watch::~watch() {
  if (is_linked()) child_.stop_observing(*this);
}

void children_watch::watch::ended() noexcept {
  set_.ended_.push_back(number_);
  if (set_.waiting_ == nullptr) return;
  next_wait& waiting = *std::exchange(set_.waiting_, nullptr);
  waiting.number_ = set_.ended_[set_.taken_++];  // nobody else can take it from here on
  waiting.wake();
}

namespace detail {

task<> wait_for_children(children_watch& watch, const std::vector<const task_handle*>& children,
                         return_when until, std::vector<std::size_t>& done) {
  for (;;) {
    std::optional<std::size_t> number = co_await watch.next();
    if (!number) co_return;
    done.push_back(*number);
    if (until == return_when::first_completed) co_return;
    const task_handle& ended = *children[*number];
    if (until == return_when::first_exception && ended.has_failed() && !ended.was_cancelled()) {
      co_return;
    }
  }
}

task<wait_result> wait_any(std::vector<const task_handle*> children, wait_options options) {
  children_watch watch;
  for (const task_handle* each : children) watch.add(*each);
  wait_result result;
  co_await move_on_after(options.timeout,
                         wait_for_children(watch, children, options.until, result.done));
  std::vector<char> known(children.size());
  for (std::size_t number : result.done) known[number] = 1;
  for (std::size_t number = 0; number < children.size(); ++number) {
    if (known[number] != 0) continue;
    (children[number]->has_ended() ? result.done : result.pending).push_back(number);
  }
  co_return result;
}

}  // namespace detail

}  // namespace pirn
