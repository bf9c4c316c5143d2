#include "witness.hpp"

#include <fmt/format.h>

namespace pirn::apps::kv {

void witness::complain(std::string what) {
  if (complaint_.empty()) complaint_ = std::move(what);
}

void witness::leads(node_id who, term_number term) {
  const auto [known, is_first] = leaders_.try_emplace(term, who);
  if (is_first || known->second == who) return;
  complain(fmt::format("nodes {} and {} both lead in term {}", known->second + 1, who + 1, term));
}

void witness::commits(node_id who, log_index index, const entry& what) {
  if (index == committed_.size() + 1) {
    committed_.push_back(what);
  } else if (index > committed_.size() || committed_[index - 1] != what) {
    complain(fmt::format("node {} has committed at {} of term {} what was committed otherwise",
                         who + 1, index, what.term));
  }
}

}  // namespace pirn::apps::kv
