// text_table: columns that line up.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

namespace pirn::apps {

/// Rows of text under a head: the first column to the left, the others, numbers, to the right.
class text_table {
 public:
  explicit text_table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }

  /// Requires: as many cells as the head has.
  void add(std::vector<std::string> row);
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace pirn::apps
