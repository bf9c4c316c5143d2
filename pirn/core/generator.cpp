// generator: the rare paths: errors, exceptions thrown in, closing, destruction.

#include "pirn/core/generator.hpp"

namespace pirn {

generator_not_started::generator_not_started()
    : generator_error("cannot send a value to a generator that has not started: call next()") {}

generator_needs_value::generator_needs_value()
    : generator_error("this generator waits for a value: call send() instead of next()") {}

generator_takes_no_value::generator_takes_no_value()
    : generator_error("a value was sent while delegating to a generator that takes none") {}

generator_has_no_result::generator_has_no_result()
    : generator_error("the generator has no result: it has not returned, or it was taken") {}

generator_ignored_exit::generator_ignored_exit()
    : std::runtime_error("generator ignored generator_exit") {}

}  // namespace pirn

namespace pirn::detail {
namespace {

bool is_generator_exit(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const generator_exit&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

generator_state generator_frame::state() const noexcept {
  const generator_frame* frame = this;
  while (frame->link_ != nullptr) frame = frame->link_->delegator;
  switch (frame->phase_) {
    case phase::created:
      return generator_state::created;
    case phase::running:
      return generator_state::running;
    case phase::suspended:
    case phase::delegated:
      return generator_state::suspended;
    case phase::closed:
      return generator_state::closed;
  }
  std::unreachable();
}

void generator_frame::check_idle() const {
  if (phase_ == phase::running) throw generator_busy("generator already executing");
  if (phase_ == phase::delegated) {
    throw generator_busy("another generator delegates to this one: step the outermost");
  }
}

void generator_frame::rethrow_failure() {
  if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
}

void generator_frame::rethrow_exception() {
  std::rethrow_exception(std::exchange(exception_, nullptr));
}

void generator_frame::inject(std::exception_ptr error) noexcept {
  sent_ = nullptr;
  exception_ = std::move(error);
}

bool generator_frame::can_delegate_to(const generator_frame& sub, bool needs_value) {
  sub.check_idle();
  if (sub.phase_ == phase::suspended && needs_value && sub.leaf_->takes_value_) {
    throw generator_needs_value();
  }
  return sub.phase_ != phase::closed;
}

std::coroutine_handle<> generator_frame::push(generator_link& link) noexcept {
  generator_frame& sub = *link.sub;
  generator_frame& new_leaf = *sub.leaf_;
  link.delegator = this;
  sub.link_ = &link;
  sub.phase_ = phase::delegated;
  new_leaf.root_ = root_;
  new_leaf.sent_ = nullptr;
  root_->leaf_ = &new_leaf;
  return new_leaf.handle_;
}

// Makes `sub`, somewhere below this root, the root of a chain of its own with the present leaf.
void generator_frame::detach(generator_frame& sub) noexcept {
  generator_frame* delegator = sub.link_->delegator;
  sub.leaf_ = leaf_;
  leaf_->root_ = &sub;
  leaf_ = delegator;
  delegator->root_ = this;
  sub.link_ = nullptr;
  sub.phase_ = phase::suspended;
}

void generator_frame::refuse_value() {
  generator_frame* sub = leaf_;
  while (!sub->link_->delegator->takes_value_) sub = sub->link_->delegator;
  detach(*sub);
  leaf_->inject(std::make_exception_ptr(generator_takes_no_value()));
}

void generator_frame::put_exception(std::exception_ptr error) {
  PIRN_ASSERT(error != nullptr, "throw_in needs an exception");
  if (leaf_ != this && is_generator_exit(error)) {
    phase_ = phase::running;
    if (std::exception_ptr raised = close_delegates()) error = std::move(raised);
  }
  leaf_->inject(std::move(error));
}

// Closes every delegate, innermost first, each standing alone so that its end comes back here.
// Returns: what the outermost delegate raised in this generator, null for a clean close.
std::exception_ptr generator_frame::close_delegates() {
  std::exception_ptr raised;
  while (leaf_ != this) {
    generator_frame& sub = *leaf_;
    detach(sub);
    sub.inject(raised ? std::move(raised) : std::make_exception_ptr(generator_exit()));
    if (sub.step()) {
      raised = std::make_exception_ptr(generator_ignored_exit());
    } else {
      raised = std::exchange(sub.exception_, nullptr);
      if (raised && is_generator_exit(raised)) raised = nullptr;
    }
  }
  return raised;
}

void generator_frame::close() {
  phase_ = phase::running;
  std::exception_ptr raised = close_delegates();
  inject(raised ? std::move(raised) : std::make_exception_ptr(generator_exit()));
  if (step()) throw generator_ignored_exit();
  if (exception_ && !is_generator_exit(exception_)) rethrow_failure();
  exception_ = nullptr;
}

void generator_frame::destroy() noexcept {
  PIRN_ASSERT(phase_ != phase::running, "a generator is destroyed while it runs");
  PIRN_ASSERT(phase_ != phase::delegated, "a generator is destroyed while another delegates to it");
  // A borrowed delegate lives on with its own delegates: cut the outermost such one off.
  generator_frame* borrowed = nullptr;
  for (generator_frame* frame = leaf_; frame != this; frame = frame->link_->delegator) {
    if (!frame->link_->owns_sub) borrowed = frame;
  }
  if (borrowed != nullptr) detach(*borrowed);
  while (leaf_ != this) {
    generator_frame* sub = leaf_;
    PIRN_ASSERT(sub->link_ != nullptr, "a delegate lost its delegator");
    sub->link_->sub = nullptr;  // its delegator need not free it again
    sub->pop();
    sub->handle_.destroy();
  }
  handle_.destroy();
}

}  // namespace pirn::detail
