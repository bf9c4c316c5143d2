// context: `with` and the simple managers.
#include "pirn/core/context.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/testing/temporary_directory.hpp"

namespace {

using pirn::closing;
using pirn::decorated;
using pirn::nullcontext;
using pirn::redirect_output;
using pirn::suppress;
using pirn::with;

// Notes what happens to it.
struct noting {
  std::string& trace;
  bool swallows = false;
  std::exception_ptr seen = nullptr;

  noting& enter() {
    trace += "enter ";
    return *this;
  }
  bool exit(const std::exception_ptr& error) {
    trace += error ? "exit-with-error " : "exit ";
    seen = error;
    return swallows;
  }
};

// ---- with ----

TEST(context, with_enters_calls_the_body_and_exits) {
  std::string trace;
  noting manager{trace};
  with(manager, [&](noting& entered) {
    EXPECT_EQ(&entered, &manager);
    trace += "body ";
  });
  EXPECT_EQ(trace, "enter body exit ");
  EXPECT_EQ(manager.seen, nullptr);
}

TEST(context, an_error_in_the_body_goes_to_exit_and_on) {
  std::string trace;
  noting manager{trace};
  const auto error = std::make_exception_ptr(std::domain_error("foo"));
  try {
    with(manager, [&] { std::rethrow_exception(error); });
    FAIL();
  } catch (const std::domain_error&) {
    EXPECT_EQ(std::current_exception(), error);
  }
  EXPECT_EQ(manager.seen, error);
  EXPECT_EQ(trace, "enter exit-with-error ");
}

TEST(context, a_manager_may_swallow_the_error) {
  std::string trace;
  noting manager{trace, true};
  EXPECT_NO_THROW(with(manager, [] { throw std::domain_error("foo"); }));
  EXPECT_THROW(std::rethrow_exception(manager.seen), std::domain_error);
}

TEST(context, a_manager_that_fails_to_enter_is_not_left) {
  struct failing {
    bool& left;
    void enter() { throw std::runtime_error("no"); }
    void exit(const std::exception_ptr&) { left = true; }
  };
  bool left = false, ran = false;
  EXPECT_THROW(with(failing{left}, [&] { ran = true; }), std::runtime_error);
  EXPECT_FALSE(left || ran);
}

TEST(context, an_exit_that_throws_replaces_the_error_and_can_keep_it_nested) {
  struct translating {
    void enter() {}
    void exit(const std::exception_ptr& error) {
      if (error) std::throw_with_nested(std::logic_error("translated"));
    }
  };
  try {
    with(translating(), [] { throw std::domain_error("original"); });
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(), "translated");
    EXPECT_THROW(std::rethrow_if_nested(error), std::domain_error);
  }
}

TEST(context, with_returns_what_the_body_returns) {
  int target = 0;
  EXPECT_EQ(with(nullcontext(), [] { return 5; }), 5);
  auto unique = with(nullcontext(), [] { return std::make_unique<int>(6); });
  EXPECT_EQ(*unique, 6);
  int& same = with(nullcontext(), [&]() -> int& { return target; });
  EXPECT_EQ(&same, &target);
}

TEST(context, with_a_manager_that_may_swallow_returns_an_optional) {
  auto divide = [](int dividend, int divisor) {
    return with(suppress<std::domain_error>(), [&] {
      if (divisor == 0) throw std::domain_error("division by zero");
      return dividend / divisor;
    });
  };
  static_assert(std::is_same_v<decltype(divide(1, 1)), std::optional<int>>);
  EXPECT_EQ(divide(6, 2), 3);
  EXPECT_EQ(divide(6, 0), std::nullopt);
  int target = 0;
  int* same = with(suppress<std::domain_error>(), [&]() -> int& { return target; });
  EXPECT_EQ(same, &target);
  same = with(suppress<std::domain_error>(), [&]() -> int& { throw std::domain_error(""); });
  EXPECT_EQ(same, nullptr);
}

TEST(context, the_body_takes_what_enter_gives_by_reference_by_value_or_not_at_all) {
  struct giving {
    std::unique_ptr<int> enter() { return std::make_unique<int>(1); }
    void exit(const std::exception_ptr&) {}
  };
  EXPECT_EQ(with(giving(), [](std::unique_ptr<int>& number) { return *number; }), 1);
  EXPECT_EQ(with(giving(), [](std::unique_ptr<int> number) { return *number; }), 1);
  EXPECT_EQ(with(giving(), [] { return 2; }), 2);
}

TEST(context, what_lacks_enter_or_exit_is_no_manager) {
  struct lacks_enter {
    void exit(const std::exception_ptr&) {}
  };
  struct lacks_exit {
    void enter() {}
  };
  struct strange_exit {
    void enter() {}
    std::string exit(const std::exception_ptr&) { return ""; }
  };
  static_assert(!pirn::manager<lacks_enter>);
  static_assert(!pirn::manager<lacks_exit>);
  static_assert(!pirn::manager<strange_exit>);
  static_assert(pirn::manager<noting> && pirn::swallowing_manager<noting>);
  static_assert(pirn::manager<nullcontext<>> && !pirn::swallowing_manager<nullcontext<>>);
}

// ---- closing, nullcontext ----

struct closable {
  int closed = 0;
  void close() { ++closed; }
};

TEST(context, closing_gives_the_object_and_closes_it) {
  closable object;
  with(closing(object), [&](closable& entered) {
    EXPECT_EQ(&entered, &object);
    EXPECT_EQ(object.closed, 0);
  });
  EXPECT_EQ(object.closed, 1);
}

TEST(context, closing_closes_after_an_error) {
  closable object;
  EXPECT_THROW(with(closing(object), [] { throw std::domain_error(""); }), std::domain_error);
  EXPECT_EQ(object.closed, 1);
}

TEST(context, closing_may_own_the_object) {
  const pirn::testing::temporary_directory directory;
  const std::filesystem::path path = directory / "file";
  with(closing(std::ofstream(path)), [](std::ofstream& file) {
    EXPECT_TRUE(file.is_open());
    file << "Booh\n";
  });
  std::ifstream input(path);
  auto read = [](std::ifstream& file) -> std::string {
    std::string line;
    std::getline(file, line);
    throw std::domain_error(line);
  };
  EXPECT_THROW(with(closing(input), read), std::domain_error);
  EXPECT_FALSE(input.is_open());
}

TEST(context, nullcontext_gives_its_value) {
  closable object;
  with(nullcontext(object), [&](closable& entered) { EXPECT_EQ(&entered, &object); });
  EXPECT_EQ(with(nullcontext(7), [](int value) { return value; }), 7);
  EXPECT_EQ(object.closed, 0);
}

// ---- suppress ----

TEST(context, suppress_does_nothing_without_an_error) {
  EXPECT_EQ(with(suppress<std::domain_error>(), [] { return 32; }), 32);
}

TEST(context, suppress_swallows_the_type_itself_and_derived_ones) {
  EXPECT_NO_THROW(with(suppress<std::out_of_range>(), [] { throw std::out_of_range(""); }));
  EXPECT_NO_THROW(with(suppress<std::logic_error>(), [] { throw std::out_of_range(""); }));
}

TEST(context, suppress_lets_other_errors_pass) {
  auto raise = [] { throw std::domain_error(""); };
  EXPECT_THROW(with(suppress<std::runtime_error>(), raise), std::domain_error);
  EXPECT_THROW(with(suppress<>(), raise), std::domain_error);
}

TEST(context, suppress_takes_several_types) {
  using ignoring = suppress<std::domain_error, int>;
  EXPECT_NO_THROW(with(ignoring(), [] { throw std::domain_error(""); }));
  EXPECT_NO_THROW(with(ignoring(), [] { throw 5; }));
}

TEST(context, suppress_can_be_used_again_and_nested) {
  suppress<std::exception> ignoring;
  bool went_on = false;
  with(ignoring, [] {});
  with(ignoring, [] { throw std::domain_error(""); });
  with(ignoring, [&] {
    with(ignoring, [] { throw std::domain_error(""); });
    went_on = true;
    throw std::domain_error("");
  });
  EXPECT_TRUE(went_on);
}

// ---- redirect_output ----

TEST(context, redirect_output_does_nothing_before_it_is_entered) {
  std::ostringstream stream, target;
  std::streambuf* const before = stream.rdbuf();
  redirect_output redirecting(stream, target);
  EXPECT_EQ(stream.std::ostream::rdbuf(), before);
}

TEST(context, redirect_output_catches_what_is_written_and_gives_the_target) {
  std::ostringstream stream, target;
  with(redirect_output(stream, target), [&](std::ostream& entered) {
    EXPECT_EQ(&entered, &target);
    stream << "Consider an API like help(), which prints directly";
  });
  stream << "after";
  EXPECT_EQ(target.str(), "Consider an API like help(), which prints directly");
  EXPECT_EQ(stream.str(), "after");
}

TEST(context, redirect_output_works_on_the_standard_streams) {
  std::ostringstream out, log;
  with(redirect_output(std::cout, out), [] { std::cout << "out"; });
  with(redirect_output(std::cerr, log), [] { std::cerr << "log"; });
  EXPECT_EQ(out.str() + log.str(), "outlog");
}

TEST(context, redirect_output_restores_after_an_error) {
  std::ostringstream stream, target;
  EXPECT_THROW(with(redirect_output(stream, target), [] { throw std::domain_error(""); }),
               std::domain_error);
  stream << "after";
  EXPECT_EQ(stream.str(), "after");
}

TEST(context, redirect_output_can_be_used_again_and_nested) {
  std::ostringstream stream, target;
  redirect_output redirecting(stream, target);
  with(redirecting, [&] {
    stream << "Hello ";
    with(redirecting, [&] { stream << "World"; });
    stream << "! ";
  });
  with(redirecting, [&] { stream << "Again"; });
  stream << "after";
  EXPECT_EQ(target.str(), "Hello World! Again");
  EXPECT_EQ(stream.str(), "after");
}

// ---- decorated ----

TEST(context, a_manager_decorates_a_function) {
  std::string trace;
  auto greet = decorated(noting{trace}, [&](const std::string& name) {
    trace += name + " ";
    return name.size();
  });
  static_assert(std::is_same_v<decltype(greet("")), std::optional<std::size_t>>);
  EXPECT_EQ(greet("you"), 3u);
  greet("me");
  EXPECT_EQ(trace, "enter you exit enter me exit ");
}

TEST(context, a_decorated_function_may_throw) {
  std::string trace;
  auto test = decorated(noting{trace}, [] { throw std::domain_error("foo"); });
  EXPECT_THROW(test(), std::domain_error);
  EXPECT_EQ(trace, "enter exit-with-error ");
}

TEST(context, a_factory_decorates_with_a_new_manager_for_each_call) {
  std::string trace;
  int made = 0;
  auto factory = [&] {
    ++made;
    return noting{trace};
  };
  auto test = decorated(factory, [](int value) { return value; });
  EXPECT_EQ(test(1), 1);
  EXPECT_EQ(test(2), 2);
  EXPECT_EQ(made, 2);
}

TEST(context, a_method_can_be_decorated) {
  struct subject {
    int a = 0, b = 0;
    void method(int first, int second) { a = first, b = second; }
  };
  auto method = decorated(nullcontext(), &subject::method);
  subject object;
  method(object, 1, 2);
  EXPECT_EQ(object.a, 1);
  EXPECT_EQ(object.b, 2);
  EXPECT_EQ(method.wrapped(), &subject::method);
}

}  // namespace
