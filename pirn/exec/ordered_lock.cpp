#include "pirn/exec/ordered_lock.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "pirn/base/assert.hpp"
#include "pirn/exec/lock_graph.hpp"

namespace pirn {

namespace {

std::atomic<lock_order_checking> checking = lock_order_checking::by_age;

// Made by the first lock, before that lock is; so it is there when the last one goes.
detail::lock_graph& graph() {
  static detail::lock_graph all;
  return all;
}

std::string text(const std::source_location& where) {
  std::string_view file = where.file_name();
  // A line of std::scoped_lock's is nobody's.
  if (file.contains("/include/c++/")) return "by a std guard (pirn::acquire() would say where)";
  file.remove_prefix(file.rfind('/') + 1);  // npos + 1 is 0
  return "at " + std::string(file) + ":" + std::to_string(where.line());
}

std::string text(const nested_locks& nested) {
  return nested.wanted.name + " is taken " + text(nested.wanted.where) + " while " +
         nested.held.name + " is held, taken " + text(nested.held.where);
}

lock_order_violation against_age(nested_locks refused) {
  std::string what = "lock order violation: " + text(refused) + "; " + refused.wanted.name +
                     " is older and comes first";
  return {what, {std::move(refused)}};
}

lock_order_violation taken_twice(nested_locks refused) {
  std::string what = "lock order violation: " + text(refused) + "; it is not recursive";
  return {what, {std::move(refused)}};
}

lock_order_violation closing_a_cycle(std::vector<nested_locks> cycle) {
  std::string what = "lock order violation: " + cycle.front().held.name;
  for (const nested_locks& each : cycle) what += " -> " + each.wanted.name;
  for (const nested_locks& each : cycle) what += "\n  " + text(each);
  return {what, std::move(cycle)};
}

}  // namespace

lock_order_checking set_lock_order_checking(lock_order_checking how) {
  const lock_order_checking before = checking.exchange(how);
  graph().clear();
  return before;
}

namespace detail {

namespace {

// A list through the locks themselves: a thread allocates nothing to hold one, and has nothing to
// destroy at its end.
thread_local ordered_lock* last_taken = nullptr;

std::uint64_t next_birth() {
  static std::atomic<std::uint64_t> births = 0;
  graph();  // made now: see there
  return ++births;
}

}  // namespace

ordered_lock::ordered_lock(std::string_view name, bool recursive)
    : name_(name), birth_(next_birth()), recursive_(recursive) {}

ordered_lock::~ordered_lock() {
  PIRN_ASSERT(depth_ == 0, "an ordered lock is destroyed while it is held");
  if (checking == lock_order_checking::by_graph) graph().forget(birth_);
}

bool ordered_lock::held_here() const noexcept {
  for (const ordered_lock* each = last_taken; each != nullptr; each = each->taken_before_) {
    if (each == this) return true;
  }
  return false;
}

void ordered_lock::check_order(std::source_location where) const {
  if (last_taken == nullptr) return;
  switch (checking.load()) {
    case lock_order_checking::by_age:
      return check_age(where);
    case lock_order_checking::by_graph:
      return check_graph(where);
  }
}

void ordered_lock::check_age(std::source_location where) const {
  for (const ordered_lock* each = last_taken; each != nullptr; each = each->taken_before_) {
    if (each->birth_ < birth_) continue;
    throw against_age({.held = {each->name_, each->where_}, .wanted = {name_, where}});
  }
}

void ordered_lock::check_graph(std::source_location where) const {
  std::vector<lock_graph::step> held;
  for (const ordered_lock* each = last_taken; each != nullptr; each = each->taken_before_) {
    held.push_back({.id = each->birth_, .lock = {each->name_, each->where_}});
  }
  std::vector<nested_locks> cycle = graph().add(held, {.id = birth_, .lock = {name_, where}});
  if (!cycle.empty()) throw closing_a_cycle(std::move(cycle));
}

void ordered_lock::take(std::source_location where) {
  if (held_here()) {
    if (!recursive_) throw taken_twice({.held = {name_, where_}, .wanted = {name_, where}});
    lock_mutex();
    ++depth_;
    return;
  }
  check_order(where);
  lock_mutex();
  note_taken(where);
}

bool ordered_lock::try_take(std::source_location where) {
  if (held_here()) {
    if (!recursive_ || !try_lock_mutex()) return false;
    ++depth_;
    return true;
  }
  if (!try_lock_mutex()) return false;
  note_taken(where);
  return true;
}

void ordered_lock::note_taken(std::source_location where) noexcept {
  where_ = where;
  depth_ = 1;
  taken_before_ = std::exchange(last_taken, this);
}

void ordered_lock::give_back() {
  PIRN_ASSERT(held_here(), "an ordered lock is unlocked by a thread that does not hold it");
  if (--depth_ == 0) {
    ordered_lock** link = &last_taken;
    while (*link != this) link = &(*link)->taken_before_;
    *link = taken_before_;
  }
  unlock_mutex();
}

std::size_t lock_set::take(std::span<ordered_lock*> locks, std::source_location where) {
  std::ranges::sort(locks, {}, &ordered_lock::birth_);
  const auto repeated = std::ranges::unique(locks);
  const std::size_t count = locks.size() - repeated.size();
  std::size_t taken = 0;
  try {
    for (; taken < count; ++taken) locks[taken]->take(where);
  } catch (...) {
    give_back(locks.first(taken));
    throw;
  }
  return count;
}

void lock_set::give_back(std::span<ordered_lock*> locks) {
  while (!locks.empty()) {
    locks.back()->give_back();
    locks = locks.first(locks.size() - 1);
  }
}

}  // namespace detail

std::vector<held_lock> held_locks() {
  std::vector<held_lock> held;
  for (const auto* each = detail::last_taken; each != nullptr; each = each->taken_before_) {
    held.push_back({each->name_, each->where_});
  }
  std::ranges::reverse(held);
  return held;
}

}  // namespace pirn
