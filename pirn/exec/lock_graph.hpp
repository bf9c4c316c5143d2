// lock_graph: which ordered locks were taken while which others were held, by any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "pirn/exec/lock_order.hpp"

namespace pirn::detail {

/// Remembers nested acquisitions as edges, held -> wanted, and never has a cycle of them.
///
/// Threads: any.
class lock_graph {
 public:
  using lock_id = std::uint64_t;
  struct step {
    lock_id id;
    held_lock lock;
  };

  /// Remembers that `wanted` is taken after each of `held`, if that closes no cycle.
  /// Returns: the cycle that it would close, the refused acquisition last; empty when it is good.
  std::vector<nested_locks> add(std::span<const step> held, const step& wanted);

  /// Forgets a lock, which is at its end.
  void forget(lock_id lock);
  void clear();

 private:
  using edges = std::map<lock_id, nested_locks>;  // by the wanted lock

  bool find_path(lock_id from, lock_id to, std::vector<nested_locks>& path) const;

  std::mutex mutex_;
  std::map<lock_id, edges> after_;  // by the held lock
};

}  // namespace pirn::detail
