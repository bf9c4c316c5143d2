#include "pirn/simulation/preemptive_resource.hpp"

#include <algorithm>

#include "pirn/base/assert.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/loop.hpp"

namespace pirn::des {

preempted::preempted(const task_record& by, time_point usage_since,
                     const preemptive_resource& resource, std::uint64_t grant)
    : std::runtime_error("preempted by task " + by.name()),
      by_name_(by.name()),
      by_id_(by.id()),
      usage_since_(usage_since),
      resource_(&resource),
      grant_(grant) {}

preemptive_resource::~preemptive_resource() {
  PIRN_ASSERT(users_.empty(), "a resource ends after its grants");
}

void preemptive_resource::set_capacity(std::size_t capacity) noexcept {
  capacity_ = capacity;
  serve(nullptr);
}

std::vector<preemptive_resource::user>::const_iterator preemptive_resource::find(
    std::uint64_t grant) const noexcept {
  return std::ranges::find(users_, grant, &user::grant);
}

// The user of the highest rank, if that is higher than the request's.
std::vector<preemptive_resource::user>::const_iterator preemptive_resource::victim_of(
    const request_wait& request) const noexcept {
  auto victim = users_.end();
  const bool gains_place = users_.size() == capacity_;
  if (request.rank().is_patient || !gains_place) return victim;
  for (auto each = users_.begin(); each != users_.end(); ++each) {
    if (each->task == request.waiter() || each->rank < request.rank()) continue;
    if (victim == users_.end() || victim->rank < each->rank) victim = each;
  }
  return victim;
}

// First all is put in order: the interrupt may make its task leave this queue.
bool preemptive_resource::try_grant(request_wait& request) {
  std::optional<user> victim;
  if (users_.size() >= capacity_) {
    auto found = victim_of(request);
    if (found == users_.end()) return false;
    victim = *found;
    users_.erase(found);
  }
  task_record& task = *request.waiter();
  request.granted_ = ++last_grant_;
  users_.push_back({request.rank(), &task, task.home().now(), request.granted_});
  task.lock_taken();
  if (request.is_queued()) queue_.wake(request);
  if (victim) evict(*victim, task);
  return true;
}

void preemptive_resource::evict(const user& victim, const task_record& by) {
  victim.task->lock_released();
  victim.task->interrupt(std::make_exception_ptr(preempted(by, victim.since, *this, victim.grant)));
}

// `but` is a task that withdraws its requests: none of them is granted any more.
void preemptive_resource::serve(const task_record* but) noexcept {
  while (!queue_.empty() && queue_.first().waiter() != but) {
    if (!try_grant(static_cast<request_wait&>(queue_.first()))) return;
  }
}

void preemptive_resource::give_back(std::uint64_t grant) noexcept {
  const auto found = find(grant);
  if (found == users_.end()) return take_back_news(grant);
  found->task->lock_released();
  users_.erase(found);
  serve(nullptr);
}

// A task that was ready already when it was preempted, at the end of its work, say, is not told
// until its next wait: too late, for it has let go by itself.
void preemptive_resource::take_back_news(std::uint64_t grant) const noexcept {
  const loop* here = loop::current_or_null();
  task_record* running = here == nullptr ? nullptr : here->current_task();
  if (running == nullptr || !running->must_stop()) return;
  try {
    running->check_attention();  // gives the interrupt, if there is one
  } catch (const cancelled&) {   // stays so
  } catch (const preempted& news) {
    const bool is_this = news.resource_ == this && news.grant_ == grant;
    if (!is_this) running->interrupt(std::current_exception());
  } catch (...) {
    running->interrupt(std::current_exception());
  }
}

preemptive_resource::request_wait::request_wait(preemptive_resource& wanted,
                                                preemptive_request_options options) noexcept
    : awaitable(wanted.queue_, options.priority), wanted_(wanted) {
  rank_.is_patient = !options.preempt;
}

bool preemptive_resource::request_wait::try_complete() {
  rank_.since = waiter()->home().now();
  rank_.number = queue_.next_number();
  if (!queue_.empty() && queue_.first().rank() < rank_) return false;
  return wanted_.try_grant(*this);
}

cancel_answer preemptive_resource::request_wait::withdraw() noexcept {
  queue_.remove(*this);
  wanted_.serve(waiter());
  return cancel_answer::gone;
}

preemptive_resource::grant preemptive_resource::request_wait::result() {
  if (!wanted_.is_user(granted_)) waiter()->check_attention();
  return {wanted_, granted_};
}

std::string preemptive_resource::request_wait::describe() const {
  return "one of " + std::to_string(wanted_.capacity_) + " of preemptive resource";
}

const task_record* preemptive_resource::request_wait::holder() const noexcept {
  return wanted_.users_.size() == 1 ? wanted_.users_.front().task : nullptr;
}

}  // namespace pirn::des
