// else: Python's `for ... else` and `try ... else` as they read in C++.
#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

#include <fmt/core.h>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/context.hpp"
#include "pirn/core/generator.hpp"

// for x in values: if ...: break / else: ... -- a search is a function that returns where Python
// breaks; what follows the loop is the else.
std::string first_flavour(std::string_view wanted) {
  for (std::string_view flavour : {"vanilla", "banana", "chocolate"}) {
    if (flavour == wanted) return fmt::format("found {}", flavour);
  }
  return fmt::format("no {} flavour found", wanted);
}

// A prime has no divisor: `else` of the loop over the candidates.
pirn::generator<int> primes_below(int end) {
  for (int number = 2; number < end; ++number) {
    bool divided = false;
    for (int divisor = 2; divisor * divisor <= number && !divided; ++divisor) {
      divided = number % divisor == 0;
    }
    if (!divided) co_yield number;
  }
}

int parsed(const std::string& text) {
  return std::stoi(text);
}

// try: a() / except: ... / else: b() -- what a() gave leaves the try as a value, and b(), whose
// errors must not be caught here, follows it.
void parse_then_use(const std::string& text) {
  std::optional<int> number;
  try {
    number = parsed(text);
  } catch (const std::invalid_argument&) {
    fmt::print("{:?} is no number\n", text);
    return;
  }
  fmt::print("{:?} is a number, its double {}\n", text, 2 * *number);
}

// The same with a manager that swallows: the result is empty after an error.
void parse_with_suppress(const std::string& text) {
  auto number = pirn::with(pirn::suppress<std::invalid_argument>(), [&] { return parsed(text); });
  if (number) {
    fmt::print("{:?}: {}\n", text, *number);
  } else {
    fmt::print("{:?}: nothing\n", text);
  }
}

// try: ... / else: ... / finally: ... -- as guards, where the scope has many ways out.
void leave(bool by_error) {
  pirn::scope_exit finally([] { fmt::print("finally\n"); });
  pirn::scope_success otherwise([] { fmt::print("else\n"); });
  pirn::scope_fail failed([] { fmt::print("except\n"); });
  if (by_error) throw std::runtime_error("");
}

int main() {
  fmt::print("{}\n", first_flavour("banana"));
  fmt::print("{}\n", first_flavour("pistachio"));
  for (int prime : primes_below(20)) fmt::print("{} ", prime);
  fmt::print("\n");
  for (const char* text : {"21", "spam"}) parse_then_use(text);
  for (const char* text : {"21", "spam"}) parse_with_suppress(text);
  leave(false);
  try {
    leave(true);
  } catch (const std::runtime_error&) {
  }
}

// Output:
// found banana
// no pistachio flavour found
// 2 3 5 7 11 13 17 19
// "21" is a number, its double 42
// "spam" is no number
// "21": 21
// "spam": nothing
// else
// finally
// except
// finally
