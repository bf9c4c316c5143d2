#include "get_report.hpp"

#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "json_text.hpp"

namespace pirn::apps {

namespace {

std::string_view word_for(url_fate fate) noexcept {
  switch (fate) {
    case url_fate::ok:
      return "ok";
    case url_fate::failed:
      return "failed";
    case url_fate::given_up:
      return "given up";
  }
  std::unreachable();
}

}  // namespace

std::string human_size(double size_bytes) {
  constexpr std::array<std::string_view, 5> units{"KiB", "MiB", "GiB", "TiB", "PiB"};
  constexpr double step = 1024;
  if (size_bytes < step) return fmt::format("{:.0f} B", size_bytes);
  std::size_t unit = 0;
  for (size_bytes /= step; size_bytes >= step && unit + 1 < units.size(); ++unit) {
    size_bytes /= step;
  }
  return fmt::format("{:.1f} {}", size_bytes, units[unit]);
}

std::string text_line(const url_result& result) {
  std::string line = fmt::format("{:<9} {}", word_for(result.fate), result.url);
  if (result.fate != url_fate::ok) return line + ": " + result.reason;
  line +=
      fmt::format(" -> {} ({}", result.file, human_size(static_cast<double>(result.size_bytes)));
  if (result.resumed_from > 0) {
    const auto from = static_cast<double>(result.resumed_from);
    line += fmt::format(", gone on with after {}", human_size(from));
  }
  if (result.attempts > 1) line += fmt::format(", {} attempts", result.attempts);
  return line + ")";
}

std::string json_line(const url_result& result) {
  const bool ok = result.fate == url_fate::ok;
  return fmt::format(
      "{{\"url\": {}, \"result\": {}, \"file\": {}, \"bytes\": {}, \"resumed_from\": {}, "
      "\"status\": {}, \"attempts\": {}, \"elapsed_s\": {:.6f}, \"error\": {}}}",
      json_string(result.url), json_string(word_for(result.fate)),
      ok ? json_string(result.file) : "null", result.size_bytes, result.resumed_from,
      result.status > 0 ? std::to_string(result.status) : "null", result.attempts,
      result.elapsed.count(), ok ? "null" : json_string(result.reason));
}

void get_totals::add(const url_result& result) noexcept {
  switch (result.fate) {
    case url_fate::ok:
      ++ok;
      size_bytes += result.size_bytes;
      break;
    case url_fate::failed:
      ++failed;
      break;
    case url_fate::given_up:
      ++given_up;
      break;
  }
}

std::string text_line(const get_totals& totals) {
  const auto size = static_cast<double>(totals.size_bytes);
  std::string line =
      fmt::format("{} URL{}: {} ok", totals.count(), totals.count() == 1 ? "" : "s", totals.ok);
  if (totals.failed > 0) line += fmt::format(", {} failed", totals.failed);
  if (totals.given_up > 0) line += fmt::format(", {} given up", totals.given_up);
  line += fmt::format("; {} in {:.2f} s", human_size(size), totals.elapsed.count());
  if (totals.ok > 0 && totals.elapsed.count() > 0) {
    line += fmt::format(" ({}/s)", human_size(size / totals.elapsed.count()));
  }
  return line;
}

get_report::get_report(report_form form) : form_(form) {
  if (form_ == report_form::json) std::fputs("{\"urls\": [", stdout);
}

void get_report::add(const url_result& result) {
  const bool is_first = totals_.count() == 0;
  totals_.add(result);
  switch (form_) {
    case report_form::text:
      std::puts(text_line(result).c_str());
      break;
    case report_form::json:
      fmt::print("{}\n  {}", is_first ? "" : ",", json_line(result));
      break;
    case report_form::quiet:
      if (result.fate == url_fate::failed) {
        fmt::print(stderr, "pirn get: {}: {}\n", result.url, result.reason);
      }
      break;
  }
}

void get_report::finish(std::chrono::duration<double> elapsed) {
  totals_.elapsed = elapsed;
  switch (form_) {
    case report_form::text:
      std::puts(text_line(totals_).c_str());
      break;
    case report_form::json:
      fmt::print(
          "{}], \"ok\": {}, \"failed\": {}, \"given_up\": {}, \"bytes\": {}, "
          "\"elapsed_s\": {:.6f}}}\n",
          totals_.count() == 0 ? "" : "\n", totals_.ok, totals_.failed, totals_.given_up,
          totals_.size_bytes, elapsed.count());
      break;
    case report_form::quiet:
      break;
  }
}

}  // namespace pirn::apps
