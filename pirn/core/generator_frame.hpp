// generator_frame: how generators that delegate to each other hang together, free of their types.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/frame_pool.hpp"
#include "pirn/core/generator_error.hpp"

namespace pirn {

/// Where a generator stands. One that delegates is `suspended`, or `running` with its delegate.
enum class generator_state : unsigned char { created, running, suspended, closed };

}  // namespace pirn

namespace pirn::detail {

class generator_frame;

/// Where an object is whose type the other side of the step knows.
template <class Object>
void* erased_address(Object& object) noexcept {
  return const_cast<void*>(static_cast<const volatile void*>(std::addressof(object)));
}

/// Lives in the delegator's frame for the length of one `co_yield from(sub)`.
struct generator_link {
  generator_frame* delegator = nullptr;
  generator_frame* sub = nullptr;
  bool owns_sub = false;
};

/// The part of every generator's promise that knows no types.
///
/// Generators that delegate form a chain: the outermost (`root`), which the caller steps, down to
/// the innermost (`leaf`), which runs. Only two pointers are kept true at all times, the root's
/// `leaf_` and the leaf's `root_`, so a step, a delegation and a sub's end are O(1) at any depth.
class generator_frame : public pooled_frame {
 public:
  generator_frame(generator_frame&&) = delete;  // the chain points at it

  generator_state state() const noexcept;

  // The caller's side; `this` is the root.

  /// May be resumed: suspended at a yield, and nobody delegates to it.
  bool is_ready() const noexcept { return phase_ == phase::suspended; }
  bool is_created() const noexcept { return phase_ == phase::created; }
  /// Throws generator_busy unless it is suspended, created or closed.
  void check_idle() const;

  /// Resumes the innermost generator.
  /// Returns: whether a value was yielded; if not, it has ended.
  bool step() noexcept {
    phase_ = phase::running;
    leaf_->handle_.resume();
    return phase_ == phase::suspended;
  }
  void* yielded() const noexcept { return yielded_; }
  /// Throws what ended the generator, once.
  void rethrow_failure();

  bool leaf_takes_value() const noexcept { return leaf_->takes_value_; }
  void put_value(void* value) noexcept { leaf_->sent_ = value; }
  /// Raises generator_takes_no_value at the innermost `co_yield from` of a generator that takes
  /// values, when stepped.
  void refuse_value();
  /// Raises `error` in the innermost generator when stepped; generator_exit closes delegates first.
  void put_exception(std::exception_ptr error);
  /// Requires: is_ready().
  void close();
  /// Frees the frame, and those of the delegates that it owns, innermost first, without recursion.
  void destroy() noexcept;

 protected:
  generator_frame(std::coroutine_handle<> handle, bool takes_value) noexcept
      : handle_(handle), takes_value_(takes_value) {}
  ~generator_frame() = default;

  // The coroutine's side; `this` is the leaf.

  void publish(void* value) noexcept {
    root_->yielded_ = value;
    root_->phase_ = phase::suspended;
  }
  void* sent() const noexcept { return sent_; }
  bool has_exception() const noexcept { return static_cast<bool>(exception_); }
  [[noreturn]] void rethrow_exception();
  void set_exception() noexcept { exception_ = std::current_exception(); }

  /// Marks the end.
  /// Returns: who goes on, the delegator or (the noop) the caller.
  std::coroutine_handle<> finish() noexcept {
    phase_ = phase::closed;
    if (link_ == nullptr) return std::noop_coroutine();
    return pop()->handle_;
  }

  /// Throws when `sub` cannot be delegated to; false when it has ended already.
  static bool can_delegate_to(const generator_frame& sub, bool needs_value);
  /// Makes `link.sub`, with its own delegates, the end of this chain.
  /// Returns: what to resume.
  std::coroutine_handle<> push(generator_link& link) noexcept;

 private:
  enum class phase : unsigned char { created, running, suspended, delegated, closed };

  /// Cuts this leaf off the chain.
  /// Returns: its delegator, now the leaf.
  generator_frame* pop() noexcept {
    generator_frame* delegator = link_->delegator;
    delegator->sent_ = nullptr;  // whatever it was sent before it delegated is gone
    delegator->root_ = root_;
    root_->leaf_ = delegator;
    link_ = nullptr;
    root_ = leaf_ = this;
    return delegator;
  }

  void detach(generator_frame& sub) noexcept;
  void inject(std::exception_ptr error) noexcept;
  std::exception_ptr close_delegates();

  std::coroutine_handle<> handle_;
  generator_frame* leaf_ = this;    // true in the root
  generator_frame* root_ = this;    // true in the leaf
  generator_link* link_ = nullptr;  // set while someone delegates to this
  void* sent_ = nullptr;            // the caller's value; null: nothing, or exception_ is set
  void* yielded_ = nullptr;         // in the root
  std::exception_ptr exception_;    // on its way in, or what ended the generator
  phase phase_ = phase::created;    // exact in the root
  bool takes_value_;
};

}  // namespace pirn::detail
