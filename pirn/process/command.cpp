#include "pirn/process/command.hpp"

#include <cerrno>
#include <stdexcept>

#include <unistd.h>

namespace pirn {

namespace {

constexpr std::string_view plain_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-";

std::string quoted(const std::string& word) {
  if (!word.empty() && word.find_first_not_of(plain_characters) == std::string::npos) return word;
  std::string result = "'";
  for (char each : word) {
    if (each == '\'') {
      result += "'\"'\"'";
    } else {
      result += each;
    }
  }
  return result + "'";
}

}  // namespace

command::command(std::vector<std::string> words) : words_(std::move(words)) {
  if (words_.empty()) throw std::invalid_argument("a command needs a program");
}

command::command(std::shared_ptr<const detail::process_call> call)
    : words_{std::string("a function of ") + program_invocation_short_name},
      call_(std::move(call)) {}

std::vector<std::string> command::environment() const {
  std::vector<std::string> result;
  if (inherits_environment_) {
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
      std::string_view variable = *each;
      if (!changes_.contains(variable.substr(0, variable.find('=')))) {
        result.emplace_back(variable);
      }
    }
  }
  for (const auto& [name, value] : changes_) {
    if (value) result.push_back(name + "=" + *value);
  }
  return result;
}

std::string command::to_string() const {
  if (call_) return program();
  std::string result;
  for (const std::string& word : words_) {
    if (!result.empty()) result += ' ';
    result += quoted(word);
  }
  return result;
}

}  // namespace pirn
