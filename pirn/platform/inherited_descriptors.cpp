#include "pirn/platform/inherited_descriptors.hpp"

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
  const std::vector<std::string> names = split_descriptor_names(all_names.value_or(""));
  std::vector<inherited_descriptor> taken;
  for (std::size_t i = 0; i < static_cast<std::size_t>(*count); ++i) {
    const int number = first_inherited + static_cast<int>(i);
    const int error = set_close_on_exec(number);
    if (error != 0) {
      throw std::system_error(errno_code(-error), "inherited descriptor " + std::to_string(number));
    }
    const bool is_named = i < names.size() && !names[i].empty();
    taken.push_back({is_named ? names[i] : "unknown", unique_fd(number)});
  }
  return taken;
}

std::vector<std::string> split_descriptor_names(std::string_view line) {
  std::vector<std::string> names;
  for (;;) {
    const std::size_t end = line.find(':');
    names.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return names;
    line.remove_prefix(end + 1);
  }
}

}  // namespace pirn
