#include "pirn/http/date.hpp"

#include <algorithm>
#include <cstddef>

#include "pirn/http/syntax.hpp"

namespace pirn::http {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::string_view day_names = "SunMonTueWedThuFriSat";
constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::array<std::string_view, 7> long_day_names = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::size_t date_size = 29;

constexpr sys_seconds earliest = sys_days(std::chrono::year(0) / 1 / 1);
constexpr sys_seconds latest =
    sys_days(std::chrono::year(9999) / 12 / 31) + std::chrono::hours(24) - std::chrono::seconds(1);

/// Writes `number` in decimal to the end of [out, out + digits), with leading zeros.
void put_number(char* out, int digits, unsigned number) noexcept {
  for (int i = digits - 1; i >= 0; --i, number /= 10) out[i] = static_cast<char>('0' + number % 10);
}

/// Writes `date_size` characters.
void put_date(char* out, sys_seconds when) noexcept {
  when = std::clamp(when, earliest, latest);
  const sys_days day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(when - day);
  std::string_view("Day, 00 Mon 0000 00:00:00 GMT").copy(out, date_size);
  day_names.copy(out, 3, std::size_t{std::chrono::weekday(day).c_encoding()} * 3);
  put_number(out + 5, 2, static_cast<unsigned>(date.day()));
  month_names.copy(out + 8, 3, std::size_t{static_cast<unsigned>(date.month()) - 1} * 3);
  put_number(out + 12, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  put_number(out + 17, 2, static_cast<unsigned>(time.hours().count()));
  put_number(out + 20, 2, static_cast<unsigned>(time.minutes().count()));
  put_number(out + 23, 2, static_cast<unsigned>(time.seconds().count()));
}

/// Takes a date apart from the left. After the first thing that is not as expected nothing matches
/// any more.
class scanner {
 public:
  explicit scanner(std::string_view text) noexcept : rest_(text) {}

  void expect(std::string_view literal) noexcept {
    if (!rest_.starts_with(literal)) return fail();
    rest_.remove_prefix(literal.size());
  }

  /// A number of exactly `digits` digits; with `padded` the first may be a space.
  unsigned number(std::size_t digits, bool padded = false) noexcept {
    unsigned value = 0;
    if (rest_.size() < digits) return fail(), 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = padded && i == 0 && rest_[i] == ' ' ? '0' : rest_[i];
      if (!detail::is_digit(c)) return fail(), 0;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  /// A three-letter name; returns its index in `names`.
  unsigned name(std::string_view names) noexcept {
    const std::size_t at = rest_.size() < 3 ? names.npos : names.find(rest_.substr(0, 3));
    if (at == names.npos || at % 3 != 0) return fail(), 0;
    rest_.remove_prefix(3);
    return static_cast<unsigned>(at / 3);
  }

  bool at_end() const noexcept { return good_ && rest_.empty(); }

 private:
  void fail() noexcept {
    good_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool good_ = true;
};

struct parts {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;

  void scan_time(scanner& from) noexcept {
    hour = from.number(2);
    from.expect(":");
    minute = from.number(2);
    from.expect(":");
    second = from.number(2);
  }

  /// The moment, when there is such a date; 60 seconds are taken for a leap second.
  std::optional<sys_seconds> moment() const noexcept {
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(month + 1), std::chrono::day(day));
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
  }
};

std::optional<sys_seconds> parse_fixdate(std::string_view text) noexcept {
  scanner from(text);
  parts date;
  from.name(day_names);
  from.expect(", ");
  date.day = from.number(2);
  from.expect(" ");
  date.month = from.name(month_names);
  from.expect(" ");
  date.year = from.number(4);
  from.expect(" ");
  date.scan_time(from);
  from.expect(" GMT");
  return from.at_end() ? date.moment() : std::nullopt;
}

std::optional<sys_seconds> parse_asctime(std::string_view text) noexcept {
  scanner from(text);
  parts date;
  from.name(day_names);
  from.expect(" ");
  date.month = from.name(month_names);
  from.expect(" ");
  date.day = from.number(2, /*padded=*/true);
  from.expect(" ");
  date.scan_time(from);
  from.expect(" ");
  date.year = from.number(4);
  return from.at_end() ? date.moment() : std::nullopt;
}

/// `after_name` is what follows the day's name: `, 06-Nov-94 08:49:37 GMT`.
std::optional<sys_seconds> parse_rfc850(std::string_view after_name, sys_seconds now) noexcept {
  scanner from(after_name);
  parts date;
  from.expect(", ");
  date.day = from.number(2);
  from.expect("-");
  date.month = from.name(month_names);
  from.expect("-");
  date.year = from.number(2);
  from.expect(" ");
  date.scan_time(from);
  from.expect(" GMT");
  if (!from.at_end()) return std::nullopt;
  const std::chrono::year_month_day today(
      std::chrono::floor<std::chrono::days>(std::clamp(now, earliest, latest)));
  const auto this_year = static_cast<unsigned>(static_cast<int>(today.year()));
  date.year += this_year / 100 * 100;
  if (date.year > this_year + 50) date.year -= 100;
  return date.moment();
}

}  // namespace

void append_date(std::string& out, sys_seconds when) {
  out.resize(out.size() + date_size);
  put_date(out.data() + out.size() - date_size, when);
}

std::string format_date(sys_seconds when) {
  std::string text;
  append_date(text, when);
  return text;
}

std::optional<sys_seconds> parse_date(std::string_view text, sys_seconds now) noexcept {
  if (text.size() == date_size && text[3] == ',') return parse_fixdate(text);
  for (const std::string_view name : long_day_names) {
    if (text.starts_with(name)) return parse_rfc850(text.substr(name.size()), now);
  }
  return parse_asctime(text);
}

void date_cache::format(sys_seconds now) noexcept {
  form.copy(line_.data(), form.size());
  put_date(line_.data() + std::string_view("Date: ").size(), now);
  formatted_ = now;
}

}  // namespace pirn::http
