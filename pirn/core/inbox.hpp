// inbox: how other threads reach a loop: a lock-free stack of messages that the loop empties in
// order.
#pragma once

#include <atomic>

namespace pirn {

/// A message to a loop; a node of its inbox.
class inbox_message {
 public:
  /// Runs on the loop's thread, once per post. May destroy the message.
  virtual void arrived() noexcept = 0;

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
/// Threads: `post` from any; the rest on the loop's.
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

  /// Hands over a message and wakes the loop if it sleeps. The message is the inbox's until it
  /// arrives.
  void post(inbox_message& message) noexcept {
    inbox_message* head = head_.load(std::memory_order_relaxed);
    do {
      message.next_ = head;
      // Pairs with the exchange in deliver(), and (seq_cst) with about_to_sleep(): either this
      // thread sees the loop asleep, or the loop sees the message.
    } while (!head_.compare_exchange_weak(head, &message, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
    if (asleep_.load() && asleep_.exchange(false)) sleeper_.wake();
  }

  /// Whether something waits; a plain load.
  bool has_mail() const noexcept { return head_.load(std::memory_order_relaxed) != nullptr; }

  /// Runs what has arrived, in the order of posting; what the messages post themselves stays for
  /// the next time.
  void deliver() noexcept {
    inbox_message* newest = head_.exchange(nullptr, std::memory_order_acquire);
    inbox_message* oldest = nullptr;
    while (newest != nullptr) {
      inbox_message* older = newest->next_;
      newest->next_ = oldest;
      oldest = newest;
      newest = older;
    }
    while (oldest != nullptr) {
      inbox_message* next = oldest->next_;
      oldest->arrived();
      oldest = next;
    }
  }

  /// Announces that the loop is about to block. Returns: false when mail came first; then it must
  /// not block.
  bool about_to_sleep() noexcept {
    asleep_.store(true);
    if (head_.load() == nullptr) return true;
    asleep_.store(false);
    return false;
  }
  void woke_up() noexcept { asleep_.store(false, std::memory_order_relaxed); }

 private:
  sleeper& sleeper_;
  std::atomic<inbox_message*> head_{nullptr};
  std::atomic<bool> asleep_{false};
};

}  // namespace pirn
