#include "flag_codes.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "command.hpp"

namespace pirn::apps {

namespace {

constexpr std::string_view most_populous[] = {"CN", "IN", "US", "ID", "BR", "PK", "NG",
                                              "BD", "RU", "JP", "MX", "PH", "VN", "ET",
                                              "EG", "DE", "IR", "TR", "CD", "FR"};
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_letter(char c) noexcept {
  return letters.contains(c);
}

std::string upper_case(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

void add_beginning_with(char first, std::set<std::string>& codes) {
  for (char second : letters) codes.insert({first, second});
}

std::set<std::string> codes_of(std::span<const std::string> arguments) {
  std::set<std::string> codes;
  for (const std::string& argument : arguments) {
    std::string code = upper_case(argument);
    if (code.empty() || code.size() > 2 || !std::ranges::all_of(code, is_letter)) {
      throw usage_error("each CC argument must be A to Z or AA to ZZ.");
    }
    if (code.size() == 1) {
      add_beginning_with(code.front(), codes);
    } else {
      codes.insert(std::move(code));
    }
  }
  return codes;
}

}  // namespace

std::vector<std::string> choose_codes(std::span<const std::string> arguments,
                                      std::span<const std::string> available,
                                      const code_choice& choice) {
  std::set<std::string> codes = codes_of(arguments);
  if (choice.every) {
    for (char first : letters) add_beginning_with(first, codes);
  } else if (choice.all) {
    codes.insert(available.begin(), available.end());
  } else if (codes.empty()) {
    for (std::string_view each : most_populous) codes.emplace(each);
  }
  std::vector<std::string> chosen(codes.begin(), codes.end());
  if (chosen.size() > choice.limit) chosen.resize(choice.limit);
  return chosen;
}

}  // namespace pirn::apps
