// basic_resource: places that are used by turns, over any queue of requests; what resource and
// priority_resource are made of.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/wait.hpp"

namespace pirn::des {

/// A number of places, each used by one grant at a time. `Queue` decides who of those who wait is
/// next; nobody overtakes it.
///
/// The capacity may change while the resource is used: more places go to those who wait at once,
/// fewer count as grants come back.
///
/// Threads:  belongs to one loop; call every member on that loop's thread.
/// Lifetime: must outlive its waiters and its grants (asserted).
template <class Queue>
class basic_resource {
 public:
  class grant;
  class request_wait;

  basic_resource(basic_resource&&) = delete;  // waiters and grants point at it
  ~basic_resource() { PIRN_ASSERT(count_ == 0, "a resource ends after its grants"); }

  std::size_t capacity() const noexcept { return capacity_; }
  /// How many places are in use: more than there are, for a while, after their number was lowered.
  std::size_t count() const noexcept { return count_; }
  /// How many requests wait.
  std::size_t queue_length() const noexcept { return queue_.size(); }

  void set_capacity(std::size_t capacity) noexcept {
    capacity_ = capacity;
    serve();
  }

 protected:
  explicit basic_resource(std::size_t capacity) noexcept : capacity_(capacity) {}

 private:
  bool try_take() noexcept {
    if (count_ >= capacity_) return false;
    ++count_;
    return true;
  }
  void give_back() noexcept {
    --count_;
    if (!queue_.empty()) serve();
  }
  void serve() noexcept {
    while (!queue_.empty() && try_take()) queue_.wake_first();
  }

  Queue queue_;  // if any but a running select's, all places are in use
  std::size_t count_ = 0;
  std::size_t capacity_;
};

/// The use of one place, for as long as it lives: it gives back when its scope is left, however
/// that happens. Move-only; tasks may pass it on.
template <class Queue>
class [[nodiscard]] basic_resource<Queue>::grant {
 public:
  grant(grant&& other) noexcept : used_(std::exchange(other.used_, nullptr)) {}
  grant& operator=(grant&& other) noexcept {
    grant(std::move(other)).swap(*this);
    return *this;
  }
  ~grant() { release(); }

  /// Whether it still has the place.
  bool is_held() const noexcept { return used_ != nullptr; }
  /// Gives the place back early; a second time does nothing.
  void release() noexcept {
    if (used_ != nullptr) std::exchange(used_, nullptr)->give_back();
  }

 private:
  friend class request_wait;
  explicit grant(basic_resource& used) noexcept : used_(&used) {}
  void swap(grant& other) noexcept { std::swap(used_, other.used_); }

  basic_resource* used_;
};

/// Waits for a place, and gives the grant of it.
template <class Queue>
class [[nodiscard]] basic_resource<Queue>::request_wait final
    : public awaitable<request_wait, typename Queue::place> {
  using base = awaitable<request_wait, typename Queue::place>;

 public:
  template <class... Rank>
  explicit request_wait(basic_resource& wanted, Rank... rank) noexcept
      : base(wanted.queue_, rank...), wanted_(wanted) {}

  std::string describe() const override {
    return "one of " + std::to_string(wanted_.capacity_) + " of resource";
  }

 private:
  friend base;
  bool try_complete() noexcept { return wanted_.try_take(); }
  grant result() noexcept { return grant(wanted_); }

  basic_resource& wanted_;
};

}  // namespace pirn::des
