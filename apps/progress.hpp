// progress: a bar on the terminal that says how far the work is.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace pirn::apps {

/// What a bar shows.
struct progress_state {
  std::size_t done = 0;
  std::size_t total = 0;  ///< 0: not known
  std::chrono::duration<double> elapsed{};
};

/// One line of at most `width` columns: label, percentage, bar, counts, rate, time left, and `note`
/// as far as there is room; the less important parts go first.
std::string render_progress(const std::string& label, const progress_state& state,
                            const std::string& note, std::size_t width);

/// A progress bar on standard error; silent when that is no terminal. It writes at most ten times a
/// second, and fits the terminal's present width.
class progress_bar {
 public:
  using clock = std::chrono::steady_clock;

  /// `total`: 0 when it is not known.
  progress_bar(std::string label, std::size_t total);
  progress_bar(progress_bar&&) = delete;  // one owner of the terminal's line
  ~progress_bar() { finish(); }

  void advance(std::size_t steps = 1);
  void set_total(std::size_t total) noexcept { state_.total = total; }
  void set_note(std::string note) { note_ = std::move(note); }
  /// Draws if the last time is long enough ago.
  void refresh();
  /// Draws the end and leaves the line. What is printed after it begins on a new one.
  void finish();
  /// Takes the line away, so that something else can be printed; it comes back by itself.
  void hide();

  bool is_shown() const noexcept { return shown_; }

 private:
  static constexpr auto pause = std::chrono::milliseconds(110);

  void draw(clock::time_point now);

  std::string label_;
  std::string note_;
  progress_state state_;
  clock::time_point begun_ = clock::now();
  clock::time_point drawn_{};
  bool shown_;  // standard error is a terminal, and the bar is not finished
  bool on_screen_ = false;
};

}  // namespace pirn::apps
