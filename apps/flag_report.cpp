#include "flag_report.hpp"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "json_text.hpp"
#include "text_table.hpp"

namespace pirn::apps {

namespace {

std::string_view plural_s(std::size_t count) noexcept {
  return count == 1 ? "" : "s";
}

// The different reasons of what failed here and not at the site, the commonest first.
std::string failures_report(const style_report& report) {
  constexpr std::size_t shown_max = 3;
  std::map<std::string, std::size_t> counts;
  for (const flag_result& each : report.results) {
    if (each.fate == flag_fate::failed) ++counts[each.message];
  }
  std::vector<std::pair<std::size_t, std::string>> reasons;
  for (const auto& [reason, count] : counts) reasons.emplace_back(count, reason);
  std::ranges::sort(reasons, std::greater());
  std::string text;
  for (const auto& [count, reason] :
       std::span(reasons).first(std::min(shown_max, reasons.size()))) {
    text += fmt::format("    {} x {}\n", count, reason);
  }
  if (reasons.size() > shown_max) {
    text += fmt::format("    and {} more reasons\n", reasons.size() - shown_max);
  }
  return text;
}

std::string speed_up(std::span<const style_report> reports, const style_report& of) {
  const auto sequential = std::ranges::find(reports, flag_style::sequential, &style_report::style);
  if (sequential == reports.end() || of.elapsed.count() <= 0) return "-";
  return fmt::format("{:.1f}x", sequential->elapsed / of.elapsed);
}

}  // namespace

std::size_t style_report::count(flag_fate fate) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(results, fate, &flag_result::fate));
}

std::size_t style_report::size_bytes() const noexcept {
  std::size_t sum = 0;
  for (const flag_result& each : results) sum += each.size_bytes;
  return sum;
}

std::string initial_report(std::string_view label, std::string_view base_url,
                           std::span<const std::string> codes) {
  constexpr std::size_t listed_max = 10;
  std::string which;
  if (codes.size() > listed_max) {
    which = fmt::format("from {} to {}", codes.front(), codes.back());
  } else {
    for (const std::string& each : codes) which += (which.empty() ? "" : ", ") + each;
  }
  return fmt::format("{} site: {}\nSearching for {} flag{}: {}\n", label, base_url, codes.size(),
                     plural_s(codes.size()), which);
}

std::string connections_report(unsigned connections) {
  return fmt::format("{} concurrent connection{} will be used.\n", connections,
                     plural_s(connections));
}

std::string final_report(const style_report& report, std::size_t asked) {
  std::string text = std::string(20, '-') + '\n';
  text +=
      fmt::format("{} flag{} downloaded.\n", report.downloaded(), plural_s(report.downloaded()));
  if (report.not_found() > 0) text += fmt::format("{} not found.\n", report.not_found());
  if (report.errors() > 0) {
    text += fmt::format("{} error{}.\n", report.errors(), plural_s(report.errors()));
    text += failures_report(report);
  }
  if (report.results.size() < asked) {
    text += fmt::format("{} not tried to the end.\n", asked - report.results.size());
  }
  text += fmt::format("Elapsed time: {:.2f}s", report.elapsed.count());
  if (report.simulated) text += fmt::format(" ({:.2f}s simulated)", report.simulated->count());
  return text + '\n';
}

std::string table_report(std::span<const style_report> reports) {
  text_table table({"style", "files", "bytes", "not found", "errors", "elapsed", "simulated",
                    "connections", "speed-up"});
  for (const style_report& each : reports) {
    table.add({std::string(to_string(each.style)), fmt::format("{}", each.downloaded()),
               fmt::format("{}", each.size_bytes()), fmt::format("{}", each.not_found()),
               fmt::format("{}", each.errors()), fmt::format("{:.3f}s", each.elapsed.count()),
               each.simulated ? fmt::format("{:.3f}s", each.simulated->count()) : "-",
               fmt::format("{}", each.connections), speed_up(reports, each)});
  }
  return table.text();
}

std::string json_report(std::span<const style_report> reports) {
  std::string styles;
  for (const style_report& each : reports) {
    const std::string simulated =
        each.simulated ? fmt::format("{:.6f}", each.simulated->count()) : "null";
    styles += fmt::format(
        "{}{{\"style\": {}, \"downloaded\": {}, \"not_found\": {}, \"errors\": {}, \"bytes\": {}, "
        "\"elapsed_s\": {:.6f}, \"virtual_s\": {}, \"connections\": {}}}",
        styles.empty() ? "" : ", ", json_string(to_string(each.style)), each.downloaded(),
        each.not_found(), each.errors(), each.size_bytes(), each.elapsed.count(), simulated,
        each.connections);
  }
  return "{\"styles\": [" + styles + "]}\n";
}

}  // namespace pirn::apps
