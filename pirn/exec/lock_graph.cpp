#include "pirn/exec/lock_graph.hpp"

#include <algorithm>
#include <set>

namespace pirn::detail {

std::vector<nested_locks> lock_graph::add(std::span<const step> held, const step& wanted) {
  std::scoped_lock lock(mutex_);
  for (const step& each : held) {
    if (after_[each.id].contains(wanted.id)) continue;  // known, so without a cycle
    std::vector<nested_locks> path;
    if (find_path(wanted.id, each.id, path)) {
      path.push_back({.held = each.lock, .wanted = wanted.lock});
      return path;
    }
  }
  for (const step& each : held) {
    after_[each.id].try_emplace(wanted.id, nested_locks{.held = each.lock, .wanted = wanted.lock});
  }
  return {};
}

void lock_graph::forget(lock_id lock) {
  std::scoped_lock guard(mutex_);
  after_.erase(lock);
  for (auto& [held, wanted] : after_) wanted.erase(lock);
}

void lock_graph::clear() {
  std::scoped_lock lock(mutex_);
  after_.clear();
}

// Breadth first, so that the cycle told is a shortest one.
bool lock_graph::find_path(lock_id from, lock_id to, std::vector<nested_locks>& path) const {
  std::map<lock_id, lock_id> reached_from{{from, from}};
  std::vector<lock_id> queue{from};
  for (std::size_t next = 0; next < queue.size() && !reached_from.contains(to); ++next) {
    const auto found = after_.find(queue[next]);
    if (found == after_.end()) continue;
    for (const auto& [wanted, acquisition] : found->second) {
      if (reached_from.try_emplace(wanted, queue[next]).second) queue.push_back(wanted);
    }
  }
  if (!reached_from.contains(to)) return false;
  for (lock_id each = to; each != from; each = reached_from.at(each)) {
    path.push_back(after_.at(reached_from.at(each)).at(each));
  }
  std::ranges::reverse(path);
  return true;
}

}  // namespace pirn::detail
