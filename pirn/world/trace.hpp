// trace: events of the Trace Event Format, put in order and written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pirn/base/time.hpp"

namespace pirn::detail {

/// Text as JSON has it. Bytes that are no UTF-8 become U+FFFD.
std::string quoted_for_json(std::string_view text);

/// A trace that is being made. The processes are hosts, and one for the faults.
class trace {
 public:
  /// Events of one moment go in this order, for arrows begin and end at slices that are there.
  enum class rank : std::uint8_t { slice, begin, arrow_out, arrow_in, end, mark };

  static constexpr std::size_t faults_pid = 1;
  static std::size_t pid_of(std::size_t host) noexcept { return host + 2; }
  // Numbers of threads, each used once.
  static std::size_t loop_of(std::size_t host) noexcept { return pid_of(host) * 10 + 1; }
  static std::size_t network_of(std::size_t host) noexcept { return pid_of(host) * 10 + 2; }

  void name_process(std::size_t pid, std::string_view name);
  void name_thread(std::size_t pid, std::size_t tid, std::string_view name);
  /// `fields` are those of the event but its time, as JSON has them.
  void add(time_point when, rank order, std::string fields) {
    events_.push_back({when, order, events_.size(), std::move(fields)});
  }

  /// The whole; `about` is an object of what else is to be said.
  std::string write(std::string_view about);

 private:
  struct event {
    time_point when;
    rank order;
    std::size_t number;  // as it was added
    std::string fields;
  };

  std::vector<std::string> names_;
  std::vector<event> events_;
};

/// What happened on one thread of a trace, moment by moment.
class moments {
 public:
  std::string& operator[](time_point when) { return texts_[when]; }
  /// Each as a slice as wide as there is room, up to a microsecond.
  void write_to(trace& into, std::size_t pid, std::size_t tid) const;

 private:
  std::map<time_point, std::string> texts_;
};

}  // namespace pirn::detail
