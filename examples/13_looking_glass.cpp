// looking_glass: while a context is entered, all output is mirrored; it is restored whatever
// happens.
#include <algorithm>
#include <iostream>
#include <ostream>
#include <stdexcept>
#include <streambuf>
#include <string>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/context.hpp"
#include "pirn/core/generator_context.hpp"

// Writes each line backwards.
class mirror : public std::streambuf {
 public:
  explicit mirror(std::streambuf* target) : target_(target) {}

 protected:
  int_type overflow(int_type character) override {
    if (character == '\n') {
      std::ranges::reverse(line_);
      line_ += '\n';
      target_->sputn(line_.data(), static_cast<std::streamsize>(line_.size()));
      line_.clear();
    } else if (character != traits_type::eof()) {
      line_ += traits_type::to_char_type(character);
    }
    return traits_type::not_eof(character);
  }

 private:
  std::streambuf* target_;
  std::string line_;
};

// A manager as a class: a member for what lies between the way in and the way out.
class looking_glass {
 public:
  std::string enter() {
    redirecting_.enter();
    return "JABBERWOCKY";
  }
  bool exit(const std::exception_ptr& error) {
    redirecting_.exit(error);
    if (error == nullptr) return false;
    try {
      std::rethrow_exception(error);
    } catch (const std::domain_error&) {
      std::cout << "Please DO NOT divide by zero!\n";
      return true;  // swallowed
    } catch (...) {
      return false;
    }
  }

 private:
  mirror mirror_{std::cout.rdbuf()};
  std::ostream mirrored_{&mirror_};
  pirn::redirect_output redirecting_{std::cout, mirrored_};
};

// [generator]
// The same as a generator: a local for what lies between, a co_yield where the body runs.
pirn::generator<std::string> looking_glass_steps() {
  mirror buffer(std::cout.rdbuf());
  std::ostream mirrored(&buffer);
  pirn::redirect_output redirecting(std::cout, mirrored);
  bool divided = false;
  {
    redirecting.enter();
    pirn::scope_exit restore([&] { redirecting.exit(nullptr); });
    try {
      co_yield "JABBERWOCKY";
    } catch (const std::domain_error&) {
      divided = true;
    }
  }
  if (divided) std::cout << "Please DO NOT divide by zero!\n";
}
// [/generator]

void alice(const std::string& what) {
  std::cout << "Alice, Kitty and Snowdrop\n";
  std::cout << what << '\n';
}

int main() {
  pirn::with(looking_glass(), alice);
  std::cout << "Back to normal.\n";
  pirn::with(looking_glass(), [] { throw std::domain_error("division by zero"); });
  try {
    pirn::with(looking_glass(), [] { throw std::runtime_error("an error of another kind"); });
  } catch (const std::runtime_error& error) {
    std::cout << error.what() << '\n';
  }

  auto through_the_glass = pirn::context_manager(looking_glass_steps);
  pirn::with(through_the_glass(), alice);
  pirn::with(through_the_glass(), [] { throw std::domain_error("division by zero"); });
  auto say =
      pirn::decorated(through_the_glass, [](const char* words) { std::cout << words << '\n'; });
  say("The time has come");
  std::cout << "Back to normal.\n";
}

// Output:
// pordwonS dna yttiK ,ecilA
// YKCOWREBBAJ
// Back to normal.
// Please DO NOT divide by zero!
// an error of another kind
// pordwonS dna yttiK ,ecilA
// YKCOWREBBAJ
// Please DO NOT divide by zero!
// emoc sah emit ehT
// Back to normal.
