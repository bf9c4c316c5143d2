#include "progress.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/core.h>

#include "terminal.hpp"

namespace pirn::apps {

namespace {

constexpr std::size_t bar_min = 5;
constexpr std::size_t bar_max = 40;

std::string counts_of(const progress_state& state) {
  if (state.total == 0) return fmt::format("{}", state.done);
  return fmt::format("{:{}}/{}", state.done, fmt::formatted_size("{}", state.total), state.total);
}

std::string rate_of(const progress_state& state) {
  if (state.done == 0 || state.elapsed.count() <= 0) return {};
  return fmt::format("{:.1f}/s", static_cast<double>(state.done) / state.elapsed.count());
}

std::string time_of(const progress_state& state) {
  const double elapsed = state.elapsed.count();
  if (state.total == 0 || state.done == 0 || state.done >= state.total) {
    return fmt::format("{:.1f} s", elapsed);
  }
  const auto left = static_cast<double>(state.total - state.done);
  return fmt::format("{:.1f} s left", elapsed / static_cast<double>(state.done) * left);
}

std::string bar_of(const progress_state& state, std::size_t width) {
  const std::size_t full = std::min(width, width * state.done / state.total);
  std::string bar = "|";
  bar.append(full, '#');
  bar.append(width - full, ' ');
  return bar + "|";
}

// Adds a part with a space before it, if the line has room for it.
void add_part(std::string& line, const std::string& part, std::size_t width) {
  if (!part.empty() && line.size() + 1 + part.size() <= width) line += " " + part;
}

}  // namespace

std::string render_progress(const std::string& label, const progress_state& state,
                            const std::string& note, std::size_t width) {
  std::string line = label.substr(0, width);
  if (state.total > 0) {
    const std::size_t percent = 100 * std::min(state.done, state.total) / state.total;
    add_part(line, fmt::format("{:3}%", percent), width);
  }
  const std::string counts = counts_of(state);
  const std::string rate = rate_of(state);
  const std::string time = time_of(state);
  std::size_t tail = counts.size() + rate.size() + time.size() + 3;
  if (!note.empty()) tail += note.size() + 1;
  const std::size_t taken = line.size() + tail + 3;  // the bar's two ends and the space before it
  if (state.total > 0 && taken + bar_min <= width) {
    add_part(line, bar_of(state, std::min(bar_max, width - taken)), width);
  }
  for (const std::string& each : {counts, rate, time, note}) add_part(line, each, width);
  return line;
}

progress_bar::progress_bar(std::string label, std::size_t total)
    : label_(std::move(label)), state_{.total = total}, shown_(standard_error_is_terminal()) {
  refresh();
}

void progress_bar::advance(std::size_t steps) {
  state_.done += steps;
  refresh();
}

void progress_bar::refresh() {
  if (!shown_) return;
  const clock::time_point now = clock::now();
  if (now - drawn_ >= pause) draw(now);
}

void progress_bar::finish() {
  if (!shown_) return;
  draw(clock::now());
  std::fputc('\n', stderr);
  shown_ = false;
}

void progress_bar::hide() {
  if (!on_screen_) return;
  std::fputs("\r\x1b[K", stderr);
  on_screen_ = false;
}

void progress_bar::draw(clock::time_point now) {
  drawn_ = now;
  state_.elapsed = now - begun_;
  on_screen_ = true;
  // The last column stays free: some terminals go on to the next line when it is used.
  const std::string line = render_progress(label_, state_, note_, terminal_width() - 1);
  fmt::print(stderr, "\r{}\x1b[K", line);
  std::fflush(stderr);
}

}  // namespace pirn::apps
