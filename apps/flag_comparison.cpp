#include "flag_comparison.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include <fmt/core.h>

namespace pirn::apps {

namespace {

std::vector<flag_result> sorted_results(const style_report& report) {
  std::vector<flag_result> results = report.results;
  std::ranges::sort(results, {}, &flag_result::code);
  return results;
}

std::string_view to_string(flag_fate fate) noexcept {
  switch (fate) {
    case flag_fate::downloaded:
      return "downloaded";
    case flag_fate::not_found:
      return "not found";
    case flag_fate::refused:
    case flag_fate::failed:
      return "an error";
  }
  std::unreachable();
}

bool same_files(const std::string& one, const std::string& other) {
  std::ifstream first(one, std::ios::binary);
  std::ifstream second(other, std::ios::binary);
  if (!first || !second) return false;
  using bytes = std::istreambuf_iterator<char>;
  return std::equal(bytes(first), bytes(), bytes(second), bytes());
}

}  // namespace

std::string find_difference(std::span<const style_report> reports,
                            const std::function<std::string(flag_style)>& directory_of) {
  const style_report& model = reports.front();
  const std::vector<flag_result> wanted = sorted_results(model);
  for (const style_report& each : reports.subspan(1)) {
    const std::vector<flag_result> results = sorted_results(each);
    if (results.size() != wanted.size()) {
      return fmt::format("{} ended {} codes, {} {}", to_string(model.style), wanted.size(),
                         to_string(each.style), results.size());
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const flag_result& one = wanted[i];
      const flag_result& other = results[i];
      if (one.code != other.code || one.fate != other.fate || one.file != other.file) {
        return fmt::format("{} is {} with {}, {} is {} with {}", one.code, to_string(one.fate),
                           to_string(model.style), other.code, to_string(other.fate),
                           to_string(each.style));
      }
      if (one.fate != flag_fate::downloaded) continue;
      const std::string first = directory_of(model.style) + "/" + one.file;
      const std::string second = directory_of(each.style) + "/" + other.file;
      if (!same_files(first, second)) {
        return fmt::format("{} and {} have different bytes", first, second);
      }
    }
  }
  return {};
}

}  // namespace pirn::apps
