// witness: sees what all nodes of a store decide, and whether it goes together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node.hpp"

namespace pirn::apps::kv {

/// Lifetime: outlives the nodes; a node that is started anew tells it all again.
class witness final : public observer {
 public:
  void leads(node_id who, term_number term) override;
  void commits(node_id who, log_index index, const entry& what) override;

  /// What was wrong first; empty as long as nothing was.
  const std::string& complaint() const noexcept { return complaint_; }
  log_index committed() const noexcept { return committed_.size(); }
  std::size_t terms() const noexcept { return leaders_.size(); }

 private:
  void complain(std::string what);

  std::map<term_number, node_id> leaders_;
  std::vector<entry> committed_;
  std::string complaint_;
};

}  // namespace pirn::apps::kv
