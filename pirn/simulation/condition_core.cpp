#include "pirn/simulation/condition_core.hpp"

namespace pirn::des::detail {

void condition_member::stand_by(task_record& task) {
  begin_again();
  bind(task);
  if (join_members()) note_end();
}

bool condition_member::pass_on(const wait_node& woken) noexcept {
  if (&woken != wait_) return false;
  member_woken(*wait_);
  note_end();
  return true;
}

void condition_member::catch_up() noexcept {
  if (!happened_ && failure_ == nullptr && is_over()) note_end();
}

void condition_member::note_end() noexcept {
  try {
    rethrow_failure();
    happened_ = true;
  } catch (...) {
    failure_ = std::current_exception();
  }
}

std::string condition_core::describe() const {
  std::string text = kind_ == kind::any ? "any of: " : "all of: ";
  const char* separator = "";
  for (const condition_term* each : terms_) {
    text += separator + each->describe_term();
    separator = ", ";
  }
  return text;
}

// All members are asked, even when the first has already settled it: what has happened is told.
void condition_core::stand_by(task_record& task) {
  begin_again();
  try {
    for (condition_term* each : terms_) each->stand_by(task);
  } catch (...) {
    stand_down();
    throw;
  }
  evaluate();
}

void condition_core::stand_down() noexcept {
  for (condition_term* each : terms_) each->stand_down();
}

bool condition_core::pass_on(const wait_node& woken) noexcept {
  for (condition_term* each : terms_) {
    if (!each->pass_on(woken)) continue;
    evaluate();
    return true;
  }
  return false;
}

void condition_core::catch_up() noexcept {
  for (condition_term* each : terms_) each->catch_up();
  if (!is_settled()) evaluate();
}

void condition_core::evaluate() noexcept {
  std::size_t happened = 0;
  for (const condition_term* each : terms_) {
    if (each->failure() != nullptr && failure_ == nullptr) failure_ = each->failure();
    if (each->has_happened()) ++happened;
  }
  if (failure_ != nullptr) return;
  happened_ = kind_ == kind::all ? happened == terms_.size() : happened > 0 || terms_.empty();
}

bool condition_core::try_complete() {
  stand_by(*waiter());
  if (!is_settled()) return false;
  stand_down();
  return true;
}

// A member, which is a select, says that it was woken after its wait did; that is known by then.
void condition_core::member_woken(wait_node& woken) noexcept {
  if (!pass_on(woken) || !is_settled()) return;
  stand_down();
  wake();
}

cancel_answer condition_core::withdraw() noexcept {
  stand_down();
  return cancel_answer::gone;
}

void condition_core::check_failure() const {
  if (failure_ != nullptr) std::rethrow_exception(failure_);
}

}  // namespace pirn::des::detail
