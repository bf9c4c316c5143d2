#include "pirn/platform/inherited_descriptors.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>

#include <unistd.h>

#include "pirn/platform/descriptor_calls.hpp"

namespace pirn {

namespace {

constexpr int first_inherited = 3;

/// A variable's value, which is gone from the environment afterwards.
std::optional<std::string> take_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::optional<std::string> taken(value);
  ::unsetenv(name);
  return taken;
}

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The next of the names that colons separate.
std::string take_name(std::string_view& names) {
  if (names.empty()) return "unknown";
  const std::string_view name = names.substr(0, names.find(':'));
  names.remove_prefix(std::min(name.size() + 1, names.size()));
  return std::string(name);
}

}  // namespace

std::vector<inherited_descriptor> take_inherited_descriptors() {
  const std::optional<std::string> process = take_variable("LISTEN_PID");
  const std::optional<std::string> count_text = take_variable("LISTEN_FDS");
  const std::optional<std::string> all_names = take_variable("LISTEN_FDNAMES");
  if (!process || !count_text || number_in(*process) != ::getpid()) return {};
  const std::optional<int> count = number_in(*count_text);
  constexpr int count_max = std::numeric_limits<int>::max() - first_inherited;
  if (!count || *count < 0 || *count > count_max) {
    throw std::invalid_argument("LISTEN_FDS is '" + *count_text + "', no count of descriptors");
  }
  std::string_view names = all_names ? std::string_view(*all_names) : std::string_view();
  std::vector<inherited_descriptor> taken;
  for (int number = first_inherited; number < first_inherited + *count; ++number) {
    const int error = set_close_on_exec(number);
    if (error != 0) {
      throw std::system_error(errno_code(-error), "inherited descriptor " + std::to_string(number));
    }
    taken.push_back({take_name(names), unique_fd(number)});
  }
  return taken;
}

}  // namespace pirn
