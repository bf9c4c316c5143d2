// preemptive_resource: places that a more important request takes away from who uses them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/base/time.hpp"
#include "pirn/core/wait.hpp"
#include "pirn/simulation/request_heap.hpp"

namespace pirn::des {

class preemptive_resource;

/// What the task that loses its place is interrupted with.
/// Source: SimPy's Preempted.
class preempted : public std::runtime_error {
 public:
  /// The task that has taken the place: its name and its id.
  const std::string& by_name() const noexcept { return by_name_; }
  std::uint64_t by_id() const noexcept { return by_id_; }
  /// Since when the place had been used.
  time_point usage_since() const noexcept { return usage_since_; }
  /// Which resource it is, to compare.
  const preemptive_resource* resource() const noexcept { return resource_; }

 private:
  friend class preemptive_resource;
  preempted(const task_record& by, time_point usage_since, const preemptive_resource& resource,
            std::uint64_t grant);

  std::string by_name_;
  std::uint64_t by_id_;
  time_point usage_since_;
  const preemptive_resource* resource_;
  std::uint64_t grant_;
};

struct preemptive_request_options {
  int priority = 0;     ///< the lower, the more important
  bool preempt = true;  ///< whether it takes a place from a less important user
};
static_assert(std::is_trivially_copyable_v<preemptive_request_options>);

/// Places that are used by turns, the most important request first; one that finds all of them in
/// use takes away the place of the least important user.
///
/// Requests and users are ranked by (priority, time of the request, whether it does not preempt),
/// the lower rank first. The first request in the queue, and no other, preempts the user of the
/// highest rank if that is higher than its own; `{.preempt = false}` waits its turn, and whoever
/// stands behind it waits, too. The user's task is interrupted with `preempted`, which its present
/// wait throws ahead of all that is due; its grant no longer counts, and its end does nothing. A
/// task whose wait has just ended, and that only has to go on, loses nothing of that: its next wait
/// throws, if it still has the grant then. A task does not preempt itself.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters and its grants (asserted). A grant ends before the task that
///           asked for it (asserted).
/// Source:   SimPy's PreemptiveResource. There a request that becomes the first because the one
///           before it has left is not looked at until something else happens to the resource; and
///           of two events of one moment the earlier interrupts who waits for the other.
/// Cost:     O(users), and O(log n) of the queue; nothing is allocated but beyond the peak, and by
///           a preemption.
class preemptive_resource {
 public:
  class grant;
  class request_wait;

  explicit preemptive_resource(std::size_t capacity = 1) noexcept : capacity_(capacity) {}
  preemptive_resource(preemptive_resource&&) = delete;  // waiters and grants point at it
  ~preemptive_resource();

  std::size_t capacity() const noexcept { return capacity_; }
  /// How many places are in use: more than there are, for a while, after their number was lowered.
  std::size_t count() const noexcept { return users_.size(); }
  /// How many requests wait.
  std::size_t queue_length() const noexcept { return queue_.size(); }

  /// More places go to those who wait at once, fewer count as grants come back: nobody is
  /// preempted.
  void set_capacity(std::size_t capacity) noexcept;

  /// Waits for a place; does not suspend if one is free, or can be taken.
  /// Throws: preempted, when the place is taken away before the task could go on with it.
  ///
  /// Cancel: leaves the queue; who stood behind it moves up. A place that was granted before the
  ///         cancel came is given, and given back by its grant.
  request_wait request(preemptive_request_options options = {}) noexcept;

 private:
  struct user {
    detail::request_rank rank;
    task_record* task;
    time_point since;
    std::uint64_t grant;
  };

  bool try_grant(request_wait& request);
  bool is_user(std::uint64_t grant) const noexcept { return find(grant) != users_.end(); }
  void give_back(std::uint64_t grant) noexcept;
  void take_back_news(std::uint64_t grant) const noexcept;
  void serve(const task_record* but) noexcept;
  std::vector<user>::const_iterator find(std::uint64_t grant) const noexcept;
  std::vector<user>::const_iterator victim_of(const request_wait& request) const noexcept;
  void evict(const user& victim, const task_record& by);

  detail::request_heap queue_;  // its first can neither be granted a place nor preempt
  std::vector<user> users_;
  std::size_t capacity_;
  std::uint64_t last_grant_ = 0;
};

/// The use of one place, until it is preempted, or ends: it gives back when its scope is left,
/// however that happens. Move-only.
class [[nodiscard]] preemptive_resource::grant {
 public:
  grant(grant&& other) noexcept
      : used_(std::exchange(other.used_, nullptr)), number_(other.number_) {}
  grant& operator=(grant&& other) noexcept {
    grant(std::move(other)).swap(*this);
    return *this;
  }
  ~grant() { release(); }

  /// Whether it still has the place: neither released nor preempted.
  bool is_held() const noexcept { return used_ != nullptr && used_->is_user(number_); }
  /// Gives the place back early; a second time, or after a preemption, does nothing.
  void release() noexcept {
    if (used_ != nullptr) std::exchange(used_, nullptr)->give_back(number_);
  }

 private:
  friend class request_wait;
  grant(preemptive_resource& used, std::uint64_t number) noexcept : used_(&used), number_(number) {}
  void swap(grant& other) noexcept {
    std::swap(used_, other.used_);
    std::swap(number_, other.number_);
  }

  preemptive_resource* used_;
  std::uint64_t number_;
};

/// Waits for a place, and gives the grant of it.
class [[nodiscard]] preemptive_resource::request_wait final
    : public awaitable<request_wait, detail::request_heap::place> {
 public:
  std::string describe() const override;
  const task_record* holder() const noexcept override;

 private:
  friend class awaitable<request_wait, detail::request_heap::place>;
  friend class preemptive_resource;
  request_wait(preemptive_resource& wanted, preemptive_request_options options) noexcept;

  bool try_complete();
  void enqueue() { queue_.add(*this); }  // its rank is known
  cancel_answer withdraw() noexcept override;
  grant result();

  preemptive_resource& wanted_;
  std::uint64_t granted_ = 0;
};

inline preemptive_resource::request_wait preemptive_resource::request(
    preemptive_request_options options) noexcept {
  return {*this, options};
}

}  // namespace pirn::des
