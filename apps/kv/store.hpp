// store: the map that all nodes have alike, since all carry out the same commands in the same
// order.
#pragma once

#include <map>
#include <string>

#include "command.hpp"
#include "planted_bug.hpp"

namespace pirn::apps::kv {

class store {
 public:
  explicit store(planted_bug bug = planted_bug::none) noexcept : bug_(bug) {}

  /// Carries a command out, unless it, or a later one of that client, was carried out before.
  /// Returns: what it gave, now or then.
  /// Cost:    of each client the last answer is kept, for ever.
  answer apply(const command& asked);
  std::optional<std::string> value_of(const std::string& key) const;

 private:
  struct session {
    std::uint64_t sequence = 0;
    answer last;
  };

  answer carry_out(const command& asked);

  planted_bug bug_;
  std::map<std::string, std::string> values_;
  std::map<std::uint64_t, session> sessions_;
};

}  // namespace pirn::apps::kv
