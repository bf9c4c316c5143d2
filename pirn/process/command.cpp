#include "pirn/process/command.hpp"

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
  std::string result;
  for (const std::string& word : words_) {
    if (!result.empty()) result += ' ';
    result += quoted(word);
  }
  return result;
}

}  // namespace pirn
