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

// Of the UTF-8 sequence at the front: 0 when it is none (Unicode 15.0, table 3-7).
std::size_t sequence_size(std::string_view text) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const auto is_within = [&](std::size_t at, unsigned low, unsigned high) {
    return at < text.size() && byte(at) >= low && byte(at) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;   // not overlong
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;  // no surrogate
  bool is_whole = is_within(1, low, high);
  for (std::size_t at = 2; at < size; ++at) is_whole = is_whole && is_within(at, 0x80, 0xBF);
  return is_whole ? size : 0;
}

}  // namespace

std::string quoted_for_json(std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string json = "\"";
  while (!text.empty()) {
    const char first = text.front();
    const std::size_t size = sequence_size(text);
    if (size == 0) {
      json += replacement;
    } else if (first == '"' || first == '\\') {
      json += {'\\', first};
    } else if (size == 1 && first < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(first));
    } else {
      json += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
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
