// flag_report: what `pirn flags` says about its runs.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flag_styles.hpp"

namespace pirn::apps {

/// What became of a style's run.
struct style_report {
  flag_style style{};
  unsigned connections = 0;
  std::vector<flag_result> results;  ///< in the order of their ends
  std::chrono::duration<double> elapsed{};
  std::optional<std::chrono::duration<double>> simulated;

  std::size_t count(flag_fate fate) const noexcept;
  std::size_t downloaded() const noexcept { return count(flag_fate::downloaded); }
  std::size_t not_found() const noexcept { return count(flag_fate::not_found); }
  std::size_t errors() const noexcept {
    return count(flag_fate::refused) + count(flag_fate::failed);
  }
  std::size_t size_bytes() const noexcept;
};

/// "LOCAL site: http://…" and "Searching for 20 flags: from BD to VN".
std::string initial_report(std::string_view label, std::string_view base_url,
                           std::span<const std::string> codes);
/// "5 concurrent connections will be used."
std::string connections_report(unsigned connections);
/// "20 flags downloaded.", what went wrong, and the time that it took. `asked`: how many codes were
/// to be tried.
std::string final_report(const style_report& report, std::size_t asked);

/// A line for each style.
std::string table_report(std::span<const style_report> reports);
/// The same as one JSON object.
std::string json_report(std::span<const style_report> reports);

}  // namespace pirn::apps
