// fault_text: a plan of faults as lines of text, and back.
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <set>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "pirn/world/fault_plan.hpp"

namespace pirn {

namespace {

/// Something that faults of one kind have, by its name in the text. What may be left out is as in a
/// fault that was just made then.
struct detail_field {
  fault_kind kind;
  std::string_view name;
  std::variant<duration& (*)(fault&), double& (*)(fault&), std::uint64_t& (*)(fault&),
               std::int32_t& (*)(fault&)>
      of;

  bool may_be_left_out() const noexcept { return kind == fault_kind::bad_way; }
};

using enum fault_kind;
constexpr std::array fields{
    detail_field{bad_way, "latency", +[](fault& f) -> duration& { return f.way.latency; }},
    detail_field{bad_way, "jitter", +[](fault& f) -> duration& { return f.way.jitter; }},
    detail_field{bad_way, "bandwidth",
                 +[](fault& f) -> std::uint64_t& { return f.way.bandwidth_bytes_per_second; }},
    detail_field{bad_way, "tail", +[](fault& f) -> duration& { return f.way.tail; }},
    detail_field{bad_way, "loss", +[](fault& f) -> double& { return f.way.loss; }},
    detail_field{bad_way, "duplication", +[](fault& f) -> double& { return f.way.duplication; }},
    detail_field{bad_way, "reordering", +[](fault& f) -> double& { return f.way.reordering; }},
    detail_field{bad_way, "reordering-delay",
                 +[](fault& f) -> duration& { return f.way.reordering_delay; }},
    detail_field{slow_disk, "delay", +[](fault& f) -> duration& { return f.disk_delay; }},
    detail_field{failing_disk, "chance", +[](fault& f) -> double& { return f.disk_failure; }},
    detail_field{clock_jump, "ahead", +[](fault& f) -> duration& { return f.ahead; }},
    detail_field{drift, "ppm", +[](fault& f) -> std::int32_t& { return f.drift_ppm; }},
};

constexpr std::int64_t second = 1'000'000'000;

// ---- writing ----

std::string text_of(duration length) {
  std::string text = fmt::format("{}.{:09}", length.count() / second, length.count() % second);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + "s";
}

std::string text_of(double chance) {
  return fmt::format("{}", chance);
}
std::string text_of(std::uint64_t count) {
  return fmt::format("{}", count);
}
std::string text_of(std::int32_t count) {
  return fmt::format("{}", count);
}

bool is_plain(char letter) noexcept {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '.' || letter == '-' || letter == '_';
}

std::string quoted(std::string_view name) {
  if (!name.empty() && std::ranges::all_of(name, is_plain)) return std::string(name);
  std::string text = "\"";
  for (char each : name) {
    if (each == '"' || each == '\\') text += '\\';
    text += each;
  }
  return text + '"';
}

// ---- reading ----

/// The words of a line, one after the other. Throws what is wrong, in words.
class line_reader {
 public:
  explicit line_reader(std::string_view line) : left_(line) { skip_spaces(); }

  bool at_end() const noexcept { return left_.empty(); }

  std::string word(std::string_view wanted) {
    if (at_end()) throw std::invalid_argument(fmt::format("it ends where {} should be", wanted));
    std::string got = left_.front() == '"' ? quoted_word() : plain_word();
    skip_spaces();
    return got;
  }

  void expect(std::string_view wanted) {
    const std::string got = word(fmt::format("'{}'", wanted));
    if (got != wanted) {
      throw std::invalid_argument(fmt::format("'{}' stands where '{}' should be", got, wanted));
    }
  }

  void read(duration& into) { into = length(word("a length of time"), ""); }
  /// One with something behind it: "1.5s:".
  void read(duration& into, std::string_view behind) {
    into = length(word("a length of time"), behind);
  }
  template <class Number>
  void read(Number& into) {
    const std::string got = word("a number");
    const char* end = got.data() + got.size();
    const auto [stopped, error] = std::from_chars(got.data(), end, into);
    if (error != std::errc{} || stopped != end) {
      throw std::invalid_argument(fmt::format("'{}' is no number that can stand here", got));
    }
  }

 private:
  void skip_spaces() noexcept {
    const std::size_t next = left_.find_first_not_of(" \t\r");
    left_.remove_prefix(next == left_.npos ? left_.size() : next);
    if (left_.starts_with('#')) left_ = {};
  }

  std::string plain_word() {
    const std::size_t size = std::min(left_.find_first_of(" \t\r"), left_.size());
    std::string got(left_.substr(0, size));
    left_.remove_prefix(size);
    return got;
  }

  std::string quoted_word() {
    std::string got;
    for (std::size_t i = 1; i < left_.size(); ++i) {
      if (left_[i] == '"') {
        left_.remove_prefix(i + 1);
        return got;
      }
      if (left_[i] == '\\' && i + 1 < left_.size()) ++i;
      got += left_[i];
    }
    throw std::invalid_argument("a quoted name does not end");
  }

  // Seconds, exactly: a decimal fraction of nine digits has no place in a double.
  static duration length(std::string_view text, std::string_view behind) {
    const std::string_view whole = text;
    const auto wrong = [&] {
      return std::invalid_argument(
          fmt::format("'{}' is no length of time, such as 1.5s{}", whole, behind));
    };
    if (!text.ends_with(behind)) throw wrong();
    text.remove_suffix(behind.size());
    if (!text.ends_with('s')) throw wrong();
    text.remove_suffix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string fraction(text.substr(std::min(point + 1, text.size())));
    const bool has_digits = point > 0 && (point == text.size() || !fraction.empty());
    if (!has_digits || fraction.size() > 9) throw wrong();
    fraction.resize(9, '0');
    const std::int64_t seconds = digits(text.substr(0, point));
    const std::int64_t rest = digits(fraction);
    if (seconds < 0 || rest < 0 || seconds > (duration::max().count() - rest) / second) {
      throw wrong();
    }
    return duration(seconds * second + rest);
  }

  // Returns: -1 where there is anything else.
  static std::int64_t digits(std::string_view text) noexcept {
    std::int64_t value = 0;
    if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
      return -1;
    }
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    return result.ec == std::errc{} ? value : -1;
  }

  std::string_view left_;
};

fault_kind kind_called(std::string_view name) {
  std::string known;
  for (const detail::fault_kind_facts& each : detail::fault_kinds) {
    if (each.name == name) return each.kind;
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  throw std::invalid_argument(
      fmt::format("no kind of fault is called '{}'; there are {}", name, known));
}

void read_detail(line_reader& line, const std::string& name, fault& into) {
  for (const detail_field& each : fields) {
    if (each.kind != into.kind || each.name != name) continue;
    return std::visit([&](auto of) { line.read(of(into)); }, each.of);
  }
  throw std::invalid_argument(
      fmt::format("a {} has nothing called '{}'", name_of(into.kind), name));
}

void read_details(line_reader& line, fault& into) {
  std::set<std::string, std::less<>> said;
  while (!line.at_end()) {
    const auto [name, is_first] = said.insert(line.word("the name of a detail"));
    if (!is_first) throw std::invalid_argument(fmt::format("'{}' is said twice", *name));
    read_detail(line, *name, into);
  }
  for (const detail_field& each : fields) {
    if (each.kind != into.kind || each.may_be_left_out() || said.contains(each.name)) continue;
    throw std::invalid_argument(fmt::format("a {} has to say '{}'", name_of(into.kind), each.name));
  }
}

fault read_fault(line_reader line) {
  fault read;
  line.read(read.after);
  line.expect("for");
  line.read(read.lasts, ":");
  read.kind = kind_called(line.word("a kind of fault"));
  read.one = line.word("a host's name");
  if (is_of_way(read.kind)) read.other = line.word("the other host's name");
  read_details(line, read);
  const std::string_view problem = problem_of(read);
  if (!problem.empty()) throw std::invalid_argument(std::string(problem));
  return read;
}

fault_plan read_plan(std::string_view text, const std::function<void(const fault&)>& check) {
  fault_plan read;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    const line_reader line(text.substr(0, size));
    text.remove_prefix(std::min(size + 1, text.size()));
    if (line.at_end()) continue;
    try {
      read.faults.push_back(read_fault(line));
      check(read.faults.back());
    } catch (const std::invalid_argument& wrong) {
      throw std::invalid_argument(fmt::format("line {}: {}", number, wrong.what()));
    }
  }
  read.sort();
  return read;
}

void check_host(const std::string& name, std::span<const std::string_view> hosts) {
  if (std::ranges::find(hosts, name) != hosts.end()) return;
  throw std::invalid_argument(
      fmt::format("there is no host '{}'; there are {}", name, fmt::join(hosts, ", ")));
}

}  // namespace

std::string to_string(const fault& one) {
  std::string text = fmt::format("{} for {}: {} {}", text_of(one.after), text_of(one.lasts),
                                 name_of(one.kind), quoted(one.one));
  if (is_of_way(one.kind)) text += " " + quoted(one.other);
  fault written = one;
  fault fresh;
  for (const detail_field& each : fields) {
    if (each.kind != one.kind) continue;
    std::visit(
        [&](auto of) {
          if (each.may_be_left_out() && of(written) == of(fresh)) return;
          text += fmt::format(" {} {}", each.name, text_of(of(written)));
        },
        each.of);
  }
  return text;
}

// The text says all that counts, exactly.
bool operator==(const fault& one, const fault& other) {
  return to_string(one) == to_string(other);
}

std::string to_string(const fault_plan& all) {
  std::string text;
  for (const fault& each : all.faults) text += to_string(each) + "\n";
  return text;
}

fault_plan parse_fault_plan(std::string_view text) {
  return read_plan(text, [](const fault&) {});
}

fault_plan parse_fault_plan(std::string_view text, std::span<const std::string_view> hosts) {
  return read_plan(text, [hosts](const fault& read) {
    check_host(read.one, hosts);
    if (is_of_way(read.kind)) check_host(read.other, hosts);
  });
}

}  // namespace pirn
