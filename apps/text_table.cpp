#include "text_table.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "pirn/base/assert.hpp"

namespace pirn::apps {

void text_table::add(std::vector<std::string> row) {
  PIRN_ASSERT(row.size() == rows_.front().size(), "a row has as many cells as the head");
  rows_.push_back(std::move(row));
}

std::string text_table::text() const {
  constexpr std::size_t gap = 2;
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows_) {
    out += fmt::format("{:<{}}", row.front(), widths.front());
    for (std::size_t i = 1; i < row.size(); ++i) {
      out += fmt::format("{:>{}}", row[i], widths[i] + gap);
    }
    out += '\n';
  }
  return out;
}

}  // namespace pirn::apps
