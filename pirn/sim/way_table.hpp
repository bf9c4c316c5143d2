// way_table: the ways between all pairs of hosts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "pirn/sim/link.hpp"

namespace pirn::sim {

/// A link for each pair of hosts, made when it is first asked for; hosts go by number.
class way_table {
 public:
  explicit way_table(const link_options& usual) noexcept : usual_(usual) {}

  /// What ways that are not made yet will be like.
  void set_usual(const link_options& options) noexcept { usual_ = options; }

  /// The line from one host to another, or null when nobody has asked for the pair.
  /// Requires: two hosts.
  line* find(std::size_t from, std::size_t to) noexcept {
    const std::unique_ptr<link>* known = place(from, to);
    return known == nullptr || *known == nullptr ? nullptr : &(**known)[direction(from, to)];
  }

  line& make(std::size_t from, std::size_t to) {
    const std::size_t high = std::max(from, to);
    if (by_pair_.size() <= high) by_pair_.resize(high + 1);
    if (by_pair_[high].size() < high) by_pair_[high].resize(high);
    std::unique_ptr<link>& made = by_pair_[high][std::min(from, to)];
    if (made == nullptr) made = std::make_unique<link>(usual_);
    return (*made)[direction(from, to)];
  }

 private:
  static link::direction direction(std::size_t from, std::size_t to) noexcept {
    return from < to ? link::direction::forth : link::direction::back;
  }
  std::unique_ptr<link>* place(std::size_t from, std::size_t to) noexcept {
    const std::size_t high = std::max(from, to);
    const std::size_t low = std::min(from, to);
    if (high >= by_pair_.size() || low >= by_pair_[high].size()) return nullptr;
    return &by_pair_[high][low];
  }

  link_options usual_;
  std::vector<std::vector<std::unique_ptr<link>>> by_pair_;  // the higher number, the lower one
};

}  // namespace pirn::sim
