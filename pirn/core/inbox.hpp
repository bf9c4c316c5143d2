// inbox: how other threads reach a loop: a lock-free stack of messages that the loop empties in
// order.
#pragma once

#include <atomic>
#include <thread>

namespace pirn {

/// A message to a loop; a node of its inbox.
class inbox_message {
 public:
  /// Runs on the loop's thread, once per post. May destroy the message.
  virtual void arrived() noexcept = 0;
  /// Runs instead when the loop ends first.
  virtual void dropped() noexcept {}

 protected:
  inbox_message() = default;
  inbox_message(inbox_message&&) = delete;  // the inbox points at it
  ~inbox_message() = default;

 private:
  friend class inbox;
  inbox_message* next_ = nullptr;
};

/// Messages from any thread to one loop, delivered in the order of their posting.
///
/// Threads:  `post` from any; the rest on the loop's.
/// Lifetime: may end as soon as the last message has arrived, even if its poster has not returned.
class inbox {
 public:
  /// What interrupts the loop's sleep; called by a post that finds the loop asleep, on the posting
  /// thread.
  class sleeper {
   public:
    virtual void wake() noexcept = 0;

   protected:
    ~sleeper() = default;
  };

  explicit inbox(sleeper& loop) noexcept : sleeper_(loop) {}
  inbox(inbox&&) = delete;  // posters point at it
  ~inbox() {
    while (posters_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
    collect();
    while (oldest_ != nullptr) take_oldest().dropped();
  }

  /// Hands over a message and wakes the loop if it sleeps. The message is the inbox's until it
  /// arrives.
  void post(inbox_message& message) noexcept {
    // Who takes the message out sees this count: without it the message's arrival could end the
    // loop while this thread still looks whether the loop is asleep.
    posters_.fetch_add(1, std::memory_order_relaxed);
    inbox_message* head = head_.load(std::memory_order_relaxed);
    do {
      message.next_ = head;
      // Pairs with the exchange in collect(), and (seq_cst) with about_to_sleep(): either this
      // thread sees the loop asleep, or the loop sees the message.
    } while (!head_.compare_exchange_weak(head, &message, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
    if (asleep_.load() && asleep_.exchange(false)) sleeper_.wake();
    posters_.fetch_sub(1, std::memory_order_release);  // pairs with ~inbox()
  }

  /// Whether something waits; plain loads.
  bool has_mail() const noexcept {
    return head_.load(std::memory_order_relaxed) != nullptr || oldest_ != nullptr;
  }

  /// Runs what has arrived, in the order of posting; what the messages post themselves stays for
  /// the next time.
  [[gnu::noinline]] void deliver() noexcept {
    collect();
    while (oldest_ != nullptr) take_oldest().arrived();
  }

  /// Takes back a message that has not arrived, so that it may end; the others stay. Waits for a
  /// poster that is just about to post it.
  /// Requires: somebody has begun, or is certain, to post it.
  /// Cost:     linear in the messages that wait.
  void withdraw(inbox_message& message) noexcept {
    for (;;) {
      collect();
      for (inbox_message** link = &oldest_; *link != nullptr; link = &(*link)->next_) {
        if (*link != &message) continue;
        *link = message.next_;
        return;
      }
      std::this_thread::yield();
    }
  }

  /// Announces that the loop is about to block.
  /// Returns: false when mail came first; then it must not block.
  bool about_to_sleep() noexcept {
    asleep_.store(true);
    if (head_.load() == nullptr && oldest_ == nullptr) return true;
    asleep_.store(false);
    return false;
  }
  void woke_up() noexcept { asleep_.store(false, std::memory_order_relaxed); }

 private:
  // Moves what was posted to the end of what waits for delivery, oldest first.
  void collect() noexcept {
    inbox_message* newest = head_.exchange(nullptr, std::memory_order_acquire);
    inbox_message* batch = nullptr;
    while (newest != nullptr) {
      inbox_message* older = newest->next_;
      newest->next_ = batch;
      batch = newest;
      newest = older;
    }
    inbox_message** end = &oldest_;
    while (*end != nullptr) end = &(*end)->next_;
    *end = batch;
  }

  // Its arrival may be its end, so it is taken out before.
  inbox_message& take_oldest() noexcept {
    inbox_message& message = *oldest_;
    oldest_ = message.next_;
    return message;
  }

  sleeper& sleeper_;
  std::atomic<inbox_message*> head_{nullptr};  // newest first
  std::atomic<unsigned> posters_{0};           // threads inside post()
  std::atomic<bool> asleep_{false};
  inbox_message* oldest_ = nullptr;  // taken out of head_, oldest first; the loop's thread only
};

}  // namespace pirn
