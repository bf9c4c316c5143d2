// log: the entries of a node, in memory.
#pragma once

#include <algorithm>
#include <vector>

#include "message.hpp"
#include "pirn/base/assert.hpp"

namespace pirn::apps::kv {

class log {
 public:
  log() = default;
  explicit log(std::vector<entry> entries) noexcept : entries_(std::move(entries)) {}

  log_index last_index() const noexcept { return entries_.size(); }
  term_number last_term() const noexcept { return term_at(last_index()); }
  /// 0 for index 0, which stands before all.
  /// Requires: not behind the last.
  term_number term_at(log_index index) const noexcept { return index == 0 ? 0 : at(index).term; }
  const entry& at(log_index index) const noexcept {
    PIRN_ASSERT(index >= 1 && index <= last_index(), "the log has such an entry");
    return entries_[index - 1];
  }
  /// Whether it has this entry, or `index` is 0.
  bool has(log_index index, term_number term) const noexcept {
    return index <= last_index() && term_at(index) == term;
  }

  void append(entry next) { entries_.push_back(std::move(next)); }
  /// Drops this entry and all behind it.
  void cut(log_index from) noexcept {
    entries_.resize(std::min<std::size_t>(entries_.size(), from - 1));
  }
  /// Some entries from `from` on.
  std::vector<entry> copy(log_index from, std::size_t count_max) const {
    const std::size_t begin = from - 1;
    const std::size_t count = std::min(entries_.size() - begin, count_max);
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(begin);
    return {first, first + static_cast<std::ptrdiff_t>(count)};
  }

 private:
  std::vector<entry> entries_;
};

}  // namespace pirn::apps::kv
