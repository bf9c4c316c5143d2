// lock_order: what is checked when a thread takes one ordered lock after another.
#pragma once

#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

namespace pirn {

/// A lock, and where a thread took it.
struct held_lock {
  std::string name;
  std::source_location where;
};

/// A lock that is taken, or was to be, while the same thread holds another.
struct nested_locks {
  held_lock held;
  held_lock wanted;
};

/// A thread wants a lock that could make it, and others, wait for each other for ever. It has not
/// got that lock; what it held it holds.
class lock_order_violation : public std::logic_error {
 public:
  lock_order_violation(const std::string& what, std::vector<nested_locks> chain)
      : std::logic_error(what), chain_(std::move(chain)) {}

  /// The last is what was refused. Before it, where locks are checked by_graph, stand those that
  /// were allowed earlier and close the cycle with it: the wanted lock of each is held in the next.
  const std::vector<nested_locks>& chain() const noexcept { return chain_; }

 private:
  std::vector<nested_locks> chain_;
};

/// How the whole program checks its nested acquisitions of ordered locks.
enum class lock_order_checking : std::uint8_t {
  /// A thread takes older locks before younger ones. What goes against that is refused, the first
  /// time that it happens, on one thread alone.
  by_age,
  /// Any order is good that no other contradicts: every nested acquisition is remembered, and the
  /// one that would close a cycle (a -> b -> c -> a) is refused and tells the whole of it, whether
  /// or not the threads were about to meet. For debugging: each costs a lock and a search.
  by_graph,
};

/// Chooses how to check from now on; by_age unless this is called. What was remembered is
/// forgotten.
///
/// Threads: any.
/// Returns: how it was before.
lock_order_checking set_lock_order_checking(lock_order_checking how);

/// The ordered locks that this thread holds, in the order in which it took them.
std::vector<held_lock> held_locks();

}  // namespace pirn
