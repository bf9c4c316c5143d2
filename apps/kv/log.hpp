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
  /// Some entries from `from` on, with texts of up to four commands of the greatest size.
  std::vector<entry> copy(log_index from, std::size_t count_max) const {
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(from - 1);
    auto end = first;
    for (std::size_t bytes = 0; end != entries_.end() && count_max > 0; ++end, --count_max) {
      bytes += end->what.size_bytes();
      if (bytes > 4 * command::max_bytes) break;
    }
    return {first, end};
  }

 private:
  std::vector<entry> entries_;
};

}  // namespace pirn::apps::kv
