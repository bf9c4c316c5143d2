// future_state: what a future and the one who fulfils it share.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "pirn/base/deadline.hpp"
#include "pirn/base/intrusive_list.hpp"
#include "pirn/base/outcome.hpp"
#include "pirn/core/frame_pool.hpp"
#include "pirn/exec/future_word.hpp"

namespace pirn::detail {

/// Told of a future's end; a node of its list.
class future_observer : public list_hook<> {
 public:
  /// On the thread that ended the future, without its lock.
  virtual void settled() noexcept = 0;

 protected:
  ~future_observer() = default;
};

/// The part of it that does not depend on the type of the value.
///
/// Threads:  any member from any thread.
/// Lifetime: counted; a new one belongs to one state_ref. Whoever calls a member holds one.
/// Cost:     one allocation, from the pool of frames, for this and the value; finishing one that
///           nobody watches is one atomic instruction.
class future_state : public pooled_frame {
 public:
  future_state() = default;
  future_state(future_state&&) = delete;  // observers point at it

  future_status status() const noexcept { return word_.status(); }
  bool is_settled() const noexcept { return status() >= future_status::cancelled; }

  /// pending -> running.
  /// Returns: false when it was cancelled before, or begun by another.
  bool begin() noexcept { return word_.begin(); }
  /// running -> finished, after the outcome was set.
  void finish() noexcept {
    if (word_.finish()) [[unlikely]]
      tell_observers();
  }
  /// pending -> cancelled.
  /// Returns: whether it is cancelled now.
  bool cancel() noexcept;

  /// Asked of a thread that is about to block for the result, until the deadline: the state's maker
  /// may run the call here, if nobody has begun it, or see to its result.
  /// Returns: whether it did anything; look at the status again.
  virtual bool try_help(std::optional<steady_time> /*deadline*/) { return false; }

  /// Blocks the thread, after it has been asked to help.
  /// Returns: false when the deadline passed first.
  /// Throws:  what helping throws: std::bad_alloc.
  bool wait(std::optional<steady_time> deadline);

  /// Returns: false when it is settled already; then the observer is not told.
  bool observe(future_observer& observer) noexcept;
  /// Returns: false when the observer was or is being told.
  bool forget(future_observer& observer) noexcept;

  /// What the call threw, or null.
  /// Requires: finished.
  virtual std::exception_ptr error() const noexcept = 0;
  virtual const std::type_info& value_type() const noexcept = 0;

  // For state_ref.
  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  /// The same for a state that no other thread knows yet.
  void add_first_reference() noexcept {
    references_.store(references_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void drop_reference() noexcept {
    // Who drops the last one sees what all others did before they dropped theirs. The last owner
    // has no rival: its plain load saves the read-modify-write.
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete this;
    }
  }

 protected:
  virtual ~future_state() = default;

 private:
  [[gnu::cold, gnu::noinline]] void tell_observers() noexcept;

  future_word word_;
  std::atomic<std::uint32_t> references_{1};
  intrusive_list<future_observer> observers_;  // under the word's lock
};

/// Holds one reference to a state.
template <class State>
class state_ref {
 public:
  state_ref() = default;
  /// Takes over a reference that is counted already: a new state's, or one that was released.
  explicit state_ref(State* adopted) noexcept : state_(adopted) {}
  template <class Other>
    requires std::is_convertible_v<Other*, State*>
  state_ref(state_ref<Other> other) noexcept : state_(other.release()) {}  // NOLINT: widening
  state_ref(const state_ref& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->add_reference();
  }
  state_ref(state_ref&& other) noexcept : state_(other.release()) {}
  state_ref& operator=(state_ref other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~state_ref() {
    if (state_ != nullptr) state_->drop_reference();
  }

  State* get() const noexcept { return state_; }
  State& operator*() const noexcept { return *state_; }
  State* operator->() const noexcept { return state_; }
  explicit operator bool() const noexcept { return state_ != nullptr; }
  /// Gives the reference to the caller.
  State* release() noexcept { return std::exchange(state_, nullptr); }

 private:
  State* state_ = nullptr;
};

/// One more reference to a state that the caller knows to be alive.
template <class State>
state_ref<State> share(State& state) noexcept {
  state.add_reference();
  return state_ref<State>(&state);
}

/// The same for a state that no other thread knows yet.
template <class State>
state_ref<State> share_new(State& state) noexcept {
  state.add_first_reference();
  return state_ref<State>(&state);
}

template <class T>
class typed_future_state : public future_state {
 public:
  // Said here, and not in the class, which clang would then read no further.
  typed_future_state() noexcept {
    static_assert(alignof(outcome<T>) <= 2 * sizeof(void*),
                  "a future's value is aligned as malloc aligns, no wider: give a std::unique_ptr");
    static_assert(std::is_void_v<T> || std::is_nothrow_destructible_v<T>,
                  "the destructor of a future's value may throw, to nobody: make it noexcept");
  }
  ~typed_future_state() noexcept override = default;

  outcome<T> result;  // written by whoever has begun it, before finish()

  /// Runs the call, if it was not cancelled, and keeps what comes of it.
  template <class Call>
  void fulfil(Call&& call) noexcept {
    if (begin()) fulfil_begun(std::forward<Call>(call));
  }
  /// Requires: begin() said true.
  template <class Call>
  void fulfil_begun(Call&& call) noexcept {
    try {
      if constexpr (std::is_void_v<T>) {
        std::forward<Call>(call)();
        result.set_value();
      } else {
        result.set_value(std::forward<Call>(call)());
      }
    } catch (...) {
      result.set_error(std::current_exception());
    }
    finish();
  }

  std::exception_ptr error() const noexcept final { return result.error(); }
  const std::type_info& value_type() const noexcept final { return typeid(T); }
};

}  // namespace pirn::detail
