#include "pirn/world/trace.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include <fmt/format.h>

namespace pirn::detail {

namespace {

// The format's unit, exactly.
std::string microseconds(duration length) {
  return fmt::format("{}.{:03}", length.count() / 1000, length.count() % 1000);
}

}  // namespace

std::string quoted_for_json(std::string_view text) {
  std::string json = "\"";
  for (char each : text) {
    const auto code = static_cast<unsigned char>(each);
    if (each == '"' || each == '\\') {
      json += {'\\', each};
    } else if (code < 0x20) {
      json += fmt::format("\\u{:04x}", code);
    } else {
      json += each;
    }
  }
  return json + '"';
}

void trace::name_process(std::size_t pid, std::string_view name) {
  names_.push_back(
      fmt::format(R"({{"ph":"M","pid":{},"name":"process_name","args":{{"name":{}}}}})", pid,
                  quoted_for_json(name)));
  names_.push_back(fmt::format(
      R"({{"ph":"M","pid":{0},"name":"process_sort_index","args":{{"sort_index":{0}}}}})", pid));
}

void trace::name_thread(std::size_t pid, std::size_t tid, std::string_view name) {
  names_.push_back(
      fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}})",
                  pid, tid, quoted_for_json(name)));
}

std::string trace::write(std::string_view about) {
  std::ranges::sort(events_, {}, [](const event& each) {
    return std::tuple(each.when, each.order, each.number);
  });
  std::string json = fmt::format("{{\"displayTimeUnit\":\"ns\",\n\"otherData\":{},\n", about);
  json += "\"traceEvents\":[";
  std::string_view between = "\n";
  for (const std::string& each : names_) {
    json += between;
    json += each;
    between = ",\n";
  }
  for (const event& each : events_) {
    json += fmt::format("{}{{\"ts\":{},{}}}", between, microseconds(each.when.time_since_epoch()),
                        each.fields);
    between = ",\n";
  }
  return json + "\n]}\n";
}

void moments::write_to(trace& into, std::size_t pid, std::size_t tid) const {
  constexpr duration widest = std::chrono::microseconds(1);
  for (auto each = texts_.begin(); each != texts_.end(); ++each) {
    const auto next = std::next(each);
    const duration width =
        next == texts_.end() ? widest : std::min(widest, next->first - each->first);
    into.add(each->first, trace::rank::slice,
             fmt::format(R"("ph":"X","pid":{},"tid":{},"dur":{},"name":{})", pid, tid,
                         microseconds(width), quoted_for_json(each->second)));
  }
}

}  // namespace pirn::detail
