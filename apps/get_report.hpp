// get_report: what `pirn get` says about its downloads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace pirn::apps {

enum class url_fate : std::uint8_t {
  ok,
  failed,
  given_up,  ///< the run ended before it did
};

/// What became of one URL.
struct url_result {
  std::string url;
  url_fate fate = url_fate::given_up;
  std::string file;              ///< its path
  std::uint64_t size_bytes = 0;  ///< of the file, when it is there
  std::uint64_t resumed_from = 0;
  unsigned attempts = 0;
  int status = 0;      ///< of the last answer; 0: there was none
  std::string reason;  ///< why it is not ok
  std::chrono::duration<double> elapsed{};
};

std::string text_line(const url_result& result);
std::string json_line(const url_result& result);

/// What became of all.
struct get_totals {
  std::size_t ok = 0;
  std::size_t failed = 0;
  std::size_t given_up = 0;
  std::uint64_t size_bytes = 0;
  std::chrono::duration<double> elapsed{};

  void add(const url_result& result) noexcept;
  std::size_t count() const noexcept { return ok + failed + given_up; }
};

/// "3 URLs: 2 ok, 1 failed; 20.0 KiB in 0.12 s (166.7 KiB/s)"
std::string text_line(const get_totals& totals);

/// A number of bytes for people: "512 B", "10.0 KiB".
std::string human_size(double size_bytes);

enum class report_form : std::uint8_t { text, json, quiet };

/// Prints the results as they come: lines of text, or the parts of one JSON object on standard
/// output; quiet, only the failures, on standard error.
class get_report {
 public:
  explicit get_report(report_form form);

  void add(const url_result& result);
  /// Prints the totals; nothing can be added after it.
  void finish(std::chrono::duration<double> elapsed);

  const get_totals& totals() const noexcept { return totals_; }

 private:
  report_form form_;
  get_totals totals_;
};

}  // namespace pirn::apps
