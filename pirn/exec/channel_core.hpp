// channel_core: the part of a channel that does not depend on what goes through it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/base/time.hpp"
#include "pirn/core/inbox.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/wait.hpp"
#include "pirn/exec/blocking_wait.hpp"

namespace pirn {

/// A channel that was closed takes no more items.
class channel_closed : public std::runtime_error {
 public:
  channel_closed() : std::runtime_error("the channel is closed") {}
};

/// How close() ends a channel.
struct channel_close_options {
  bool immediate = false;  ///< drop what is in the channel, and count it as done
};

namespace detail {

/// What one waits for at a channel: an item, a place, or that all items are done.
enum class channel_side : std::uint8_t { item, place, all_done };

/// A task or a thread that waits at a channel. It stands in one of the channel's lists until it is
/// called, which means that trying again is worth while, not that something is kept for it.
class channel_waiter : public list_hook<> {
 public:
  /// Runs once after it was taken out of the list, without the channel's lock. Afterwards the
  /// waiter may be gone.
  virtual void called() noexcept = 0;

 protected:
  ~channel_waiter() = default;

 private:
  friend class channel_calls;
  channel_waiter* next_ = nullptr;
};

/// Waiters that were taken out of their lists under the lock, to be called after it, in order. They
/// stay until they are called; the channel may be gone by then.
class channel_calls {
 public:
  channel_calls() = default;
  channel_calls(channel_calls&&) = delete;  // calls once
  ~channel_calls() {
    while (first_ != nullptr) std::exchange(first_, first_->next_)->called();
  }
  void add(channel_waiter& waiter) noexcept {
    waiter.next_ = nullptr;
    *end_ = &waiter;
    end_ = &waiter.next_;
  }

 private:
  channel_waiter* first_ = nullptr;
  channel_waiter** end_ = &first_;
};

/// A thread that sleeps until it is called.
class channel_sleeper final : public channel_waiter, public thread_sleep {
 private:
  void called() noexcept override { wake(); }
};

/// Counts, limits, lock and waiters of a channel; `basic_channel` adds the items.
///
/// Whoever adds an item (a place) calls the one who has waited longest for it. The one that is
/// called tries again like anybody else; if it does not want any more, it calls the next. So no
/// item lies there while somebody sleeps, and nothing is handed over that a waiter which is
/// cancelled would have to give back.
class channel_core {
 public:
  channel_core(channel_core&&) = delete;  // waiters point at it

  /// How many items it holds at most; zero: as many as memory allows.
  std::size_t maxsize() const noexcept { return limit_ == SIZE_MAX ? 0 : limit_; }
  // What these say may have changed by the time one reads it.
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  bool full() const noexcept { return size() >= limit_; }
  bool is_closed() const noexcept;
  /// Items that were sent and not reported by task_done() yet.
  std::size_t unfinished() const noexcept;

  /// Says that an item that was received has been dealt with.
  /// Requires: no more calls than items were sent.
  void task_done() noexcept;

  // For waiters.
  /// Puts one into the list of its side: at its end, or, when it was called in vain, at its front.
  /// Returns: false when it is worth trying instead.
  bool enlist(channel_side side, channel_waiter& waiter, bool again) noexcept;
  /// Takes one out.
  /// Returns: false when it was, or is about to be, called.
  bool leave(channel_side side, channel_waiter& waiter) noexcept;
  /// Says that one who was called leaves without having tried.
  void pass_on(channel_side side) noexcept;

 protected:
  explicit channel_core(std::size_t maxsize) noexcept : limit_(maxsize == 0 ? SIZE_MAX : maxsize) {}
  ~channel_core();

  // Under the lock.
  void call_first(channel_side side, channel_calls& calls) noexcept {
    auto& waiters = list(side);
    if (!waiters.empty()) calls.add(waiters.pop_front());
  }
  void call_all(channel_side side, channel_calls& calls) noexcept {
    auto& waiters = list(side);
    while (!waiters.empty()) calls.add(waiters.pop_front());
  }

  /// Tries until `attempt` succeeds or the time is over; sleeps in between.
  /// Returns: whether it succeeded.
  template <class Attempt>
  bool block(channel_side side, std::optional<duration> limit, Attempt attempt);

  // All below are guarded by it.
  mutable std::mutex mutex_;
  std::size_t size_ = 0;
  const std::size_t limit_;
  std::size_t unfinished_ = 0;
  bool closed_ = false;

 private:
  bool is_due(channel_side side) const noexcept;
  intrusive_list<channel_waiter>& list(channel_side side) noexcept {
    return waiters_[static_cast<std::size_t>(side)];
  }
  std::array<intrusive_list<channel_waiter>, 3> waiters_;
};

/// A task's wait at a channel. The message that calls it may be on its way when it is withdrawn;
/// it is then taken out of the inbox.
class channel_wait_base : public wait_node, private channel_waiter, private inbox_message {
 protected:
  channel_wait_base(channel_core& at, channel_side side) noexcept : channel_(at), side_(side) {}
  ~channel_wait_base() {
    PIRN_ASSERT(home_ == nullptr, "a task is not destroyed while it waits at a channel");
  }

  /// Does the thing if it can be had now.
  virtual bool attempt() noexcept = 0;
  void enqueue() noexcept;
  cancel_answer withdraw() noexcept override;

 private:
  void called() noexcept override;
  void arrived() noexcept override;
  void stand(bool again) noexcept;
  void end() noexcept;

  channel_core& channel_;
  loop* home_ = nullptr;  // while it stands in a list or is called
  const channel_side side_;
};

template <class Attempt>
bool channel_core::block(channel_side side, std::optional<duration> limit, Attempt attempt) {
  if (attempt()) return true;
  const std::optional<steady_time> deadline = deadline_in(limit);
  for (bool again = false;; again = true) {
    channel_sleeper me;
    if (enlist(side, me, again) && !me.sleep(deadline)) {
      if (leave(side, me)) return false;
      me.sleep(std::nullopt);  // it is being called at this moment
      return attempt();
    }
    if (attempt()) return true;
  }
}

}  // namespace detail

/// Waits until all that was sent into a channel is done.
class [[nodiscard]] channel_join_wait final
    : public awaitable<channel_join_wait, detail::channel_wait_base> {
 public:
  explicit channel_join_wait(detail::channel_core& at) noexcept
      : awaitable(at, detail::channel_side::all_done), awaited_(at) {}
  std::string describe() const override;

 private:
  friend class awaitable<channel_join_wait, detail::channel_wait_base>;
  bool try_complete() noexcept { return attempt(); }
  bool attempt() noexcept override { return awaited_.unfinished() == 0; }

  detail::channel_core& awaited_;
};

}  // namespace pirn
