// key_history: what was done to one key, and the few operations of it that cannot be explained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pirn/testing/linearizability.hpp"
#include "pirn/testing/order_search.hpp"

namespace pirn::testing::detail {

/// A step, and the operation that it stands for.
struct step_of : register_step {
  const map_operation* operation = nullptr;
};

/// One key's history.
///
/// Lifetime: the operations outlive it.
class key_history {
 public:
  void add(const map_operation& done);

  std::size_t size() const noexcept { return steps_.size(); }
  searched search(std::uint64_t tries_max) const { return search(steps_, tries_max); }

  /// Leaves as few operations as cannot be explained, in the order of their invocations.
  /// Requires: all together cannot.
  /// Cost:     some dozen searches of all, and one for each operation that is left.
  void shorten(std::uint64_t tries_max);
  const std::vector<step_of>& steps() const noexcept { return steps_; }
  /// Whether what is left cannot be explained whatever the key held before.
  bool starts_anyhow() const noexcept { return starts_anyhow_; }

 private:
  int number_of(const std::optional<std::string>& value);
  searched search(const std::vector<step_of>& steps, std::uint64_t tries_max) const;
  bool unexplained(const std::vector<step_of>& steps, std::uint64_t tries_max) const;
  std::vector<step_of> up_to(time_point end) const;
  std::vector<step_of> since(time_point start) const;
  void cut_end(std::uint64_t tries_max);
  void cut_start(std::uint64_t tries_max);
  void leave_out_what_looks_only(std::uint64_t tries_max);

  std::map<std::string, int, std::less<>> numbers_;  // of values
  std::vector<step_of> steps_;
  bool starts_anyhow_ = false;  // of what was before nothing is known
};

}  // namespace pirn::testing::detail
