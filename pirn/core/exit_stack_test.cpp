// exit_stack: order, errors, transfer.
#include "pirn/core/exit_stack.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/context.hpp"
#include "pirn/core/generator_context.hpp"

namespace {

using pirn::context_manager;
using pirn::exit_stack;
using pirn::generator;
using pirn::nothing;
using pirn::nothing_t;
using pirn::with;

using numbers = std::vector<int>;

struct numbered_error : std::runtime_error {
  explicit numbered_error(int which)
      : std::runtime_error("error " + std::to_string(which)), number(which) {}
  int number;
};

void raise(int number) {
  throw numbered_error(number);
}

// Keeps the error that is being handled, if any.
void raise_nested(int number) {
  std::throw_with_nested(numbered_error(number));
}

bool swallow(const std::exception_ptr&) {
  return true;
}

// The numbers of an error and of those nested in it.
numbers chain_of(const std::exception_ptr& error) {
  if (error == nullptr) return {};
  try {
    std::rethrow_exception(error);
  } catch (const numbered_error& caught) {
    numbers chain{caught.number};
    if (auto* outer = dynamic_cast<const std::nested_exception*>(&caught)) {
      for (int number : chain_of(outer->nested_ptr())) chain.push_back(number);
    }
    return chain;
  }
}

// What comes out of a stack that `fill` fills and whose body then throws error 1.
numbers chain_after(const std::function<void(exit_stack&)>& fill) {
  try {
    with(exit_stack(), [&](exit_stack& stack) {
      fill(stack);
      raise(1);
    });
  } catch (...) {
    return chain_of(std::current_exception());
  }
  return {};
}

struct noting {
  numbers& trace;
  int entered = 1, left = 3;
  void enter() { trace.push_back(entered); }
  void exit(const std::exception_ptr&) { trace.push_back(left); }
};

TEST(exit_stack, an_empty_one_does_nothing) {
  with(exit_stack(), [] {});
  exit_stack().close();
}

TEST(exit_stack, callbacks_run_last_in_first_out_with_their_arguments) {
  std::string trace;
  auto note = [&](auto... args) {
    trace += "(";
    ((trace += std::to_string(args)), ...);
    trace += ")";
  };
  with(exit_stack(), [&](exit_stack& stack) {
    stack.callback(note, 1, 2);
    stack.callback(note, 1);
    stack.callback(note);
  });
  EXPECT_EQ(trace, "()(1)(12)");
}

TEST(exit_stack, a_callback_owns_what_it_is_given_unless_it_is_a_reference) {
  int sum = 0;
  {
    exit_stack stack;
    stack.callback([](int& target, std::unique_ptr<int> number) { target += *number; },
                   std::ref(sum), std::make_unique<int>(4));
    stack.close();
  }
  EXPECT_EQ(sum, 4);
}

TEST(exit_stack, pushed_exits_see_the_error_until_one_swallows_it) {
  std::vector<bool> seen;
  auto look = [&](const std::exception_ptr& error) { seen.push_back(error != nullptr); };
  struct looking {
    std::vector<bool>& seen;
    void enter() { FAIL() << "push does not enter"; }
    void exit(const std::exception_ptr& error) { seen.push_back(error != nullptr); }
  };
  looking manager{seen};
  with(exit_stack(), [&](exit_stack& stack) {
    stack.push(look);
    stack.push(manager);
    stack.push(swallow);
    stack.push(looking{seen});
    stack.push(look);
    raise(1);
  });
  EXPECT_EQ(seen, (std::vector{true, true, false, false}));
}

TEST(exit_stack, enter_context_enters_now_and_leaves_later) {
  numbers trace;
  noting manager{trace};
  with(exit_stack(), [&](exit_stack& stack) {
    stack.callback([&] { trace.push_back(4); });
    stack.enter_context(manager);
    trace.push_back(2);
  });
  EXPECT_EQ(trace, (numbers{1, 2, 3, 4}));
}

TEST(exit_stack, enter_context_gives_what_enter_gives_and_keeps_the_manager) {
  struct holding {
    std::string text;
    std::string& enter() { return text; }
    void exit(const std::exception_ptr&) {}
  };
  exit_stack stack;
  std::string& text = stack.enter_context(holding{"short"});
  for (int count = 0; count < 100; ++count) stack.callback([] {});
  EXPECT_EQ(text, "short");
}

TEST(exit_stack, a_manager_that_fails_to_enter_is_not_kept) {
  struct failing {
    void enter() { raise(1); }
    void exit(const std::exception_ptr&) { FAIL(); }
  };
  exit_stack stack;
  EXPECT_THROW(stack.enter_context(failing()), numbered_error);
  EXPECT_TRUE(stack.empty());
}

TEST(exit_stack, close_leaves_at_once) {
  numbers trace;
  with(exit_stack(), [&](exit_stack& stack) {
    stack.callback([&] { trace.push_back(1); });
    stack.close();
    trace.push_back(2);
  });
  EXPECT_EQ(trace, (numbers{1, 2}));
}

TEST(exit_stack, pop_all_takes_everything_out) {
  numbers trace;
  exit_stack kept;
  with(kept, [&](exit_stack& stack) {
    stack.callback([&] { trace.push_back(3); });
    exit_stack taken = stack.pop_all();
    EXPECT_TRUE(stack.empty());
    trace.push_back(1);
    stack.callback([&, moved = std::move(taken)]() mutable {
      trace.push_back(2);
      moved.close();
    });
  });
  EXPECT_EQ(trace, (numbers{1, 2, 3}));
}

TEST(exit_stack, a_stack_that_is_forgotten_is_closed_by_its_destructor) {
  bool ran = false;
  {
    exit_stack stack;
    stack.callback([&] { ran = true; });
  }
  EXPECT_TRUE(ran);
}

TEST(exit_stack, an_exit_that_does_not_swallow_lets_the_error_pass) {
  EXPECT_EQ(chain_after([](exit_stack& stack) {
              stack.push([](const std::exception_ptr&) { return false; });
            }),
            numbers{1});
}

TEST(exit_stack, an_exit_may_swallow_the_bodys_error) {
  EXPECT_EQ(chain_after([](exit_stack& stack) { stack.push(swallow); }), numbers{});
}

TEST(exit_stack, what_an_exit_throws_replaces_the_error) {
  EXPECT_EQ(chain_after([](exit_stack& stack) { stack.callback(raise, 2); }), numbers{2});
}

TEST(exit_stack, errors_nest_as_in_nested_with_statements) {
  numbers saved;
  auto swallow_and_save = [&](const std::exception_ptr& error) {
    saved = chain_of(error);
    return true;
  };
  EXPECT_EQ(chain_after([&](exit_stack& stack) {
              stack.callback(raise_nested, 5);
              stack.callback(raise_nested, 4);
              stack.callback(raise_nested, 3);
              stack.push(swallow_and_save);
              stack.callback(raise_nested, 2);
            }),
            (numbers{5, 4, 3}));
  EXPECT_EQ(saved, (numbers{2, 1}));

  struct raising {
    int number;
    void enter() {}
    void exit(const std::exception_ptr&) { raise_nested(number); }
  };
  struct saving {
    numbers& saved;
    void enter() {}
    bool exit(const std::exception_ptr& error) {
      saved = chain_of(error);
      return true;
    }
  };
  saved.clear();
  auto reference = [&] {
    with(raising{5}, [&] {
      with(raising{4}, [&] {
        with(raising{3}, [&] { with(saving{saved}, [&] { with(raising{2}, [] { raise(1); }); }); });
      });
    });
  };
  try {
    reference();
    FAIL();
  } catch (const numbered_error&) {
    EXPECT_EQ(chain_of(std::current_exception()), (numbers{5, 4, 3}));
    EXPECT_EQ(saved, (numbers{2, 1}));
  }
}

TEST(exit_stack, an_exit_that_nests_twice_adds_both) {
  auto raise_two = [](int inner, int outer) {
    try {
      raise_nested(inner);
    } catch (...) {
      raise_nested(outer);
    }
  };
  EXPECT_EQ(chain_after([&](exit_stack& stack) {
              stack.callback(raise_two, 4, 5);
              stack.callback(raise_two, 2, 3);
            }),
            (numbers{5, 4, 3, 2, 1}));
}

generator<nothing_t> raising_after(int number) {
  try {
    co_yield nothing;
  } catch (...) {
    raise_nested(number);
  }
}

TEST(exit_stack, managers_from_generators_nest_their_errors_once) {
  auto make = context_manager(raising_after);
  EXPECT_EQ(chain_after([&](exit_stack& stack) {
              stack.enter_context(make(4));
              stack.enter_context(make(3));
              stack.enter_context(make(2));
            }),
            (numbers{4, 3, 2, 1}));
}

TEST(exit_stack, an_error_that_hides_what_it_came_from_stays_so) {
  auto hiding = [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(std::make_exception_ptr(numbered_error(2)));
  };
  EXPECT_EQ(chain_after([&](exit_stack& stack) { stack.push(hiding); }), numbers{2});
}

TEST(exit_stack, errors_of_exits_come_out_although_the_body_had_none) {
  auto closed = [](const std::function<void(exit_stack&)>& fill) -> numbers {
    try {
      with(exit_stack(), fill);
    } catch (...) {
      return chain_of(std::current_exception());
    }
    return {};
  };
  EXPECT_EQ(closed([](exit_stack& stack) {
              stack.callback([] {});
              stack.callback(raise, 1);
            }),
            numbers{1});
  EXPECT_EQ(closed([](exit_stack& stack) {
              stack.callback(raise, 2);
              stack.push(swallow);
              stack.callback(raise, 1);
            }),
            numbers{2});
  EXPECT_EQ(closed([](exit_stack& stack) {
              stack.push(swallow);
              stack.callback(raise, 2);
              stack.callback(raise, 1);
            }),
            numbers{});
}

TEST(exit_stack, ten_thousand_callbacks_are_left_without_recursion) {
  int count = 0;
  with(exit_stack(), [&](exit_stack& stack) {
    for (int number = 0; number < 10'000; ++number) stack.callback([&] { ++count; });
  });
  EXPECT_EQ(count, 10'000);
}

TEST(exit_stack, an_error_that_a_manager_throws_again_is_seen_by_the_next_as_it_was) {
  struct unique_error : std::exception {};
  auto second = context_manager([]() -> generator<nothing_t> {
    try {
      co_yield nothing;
    } catch (const std::exception&) {
      raise_nested(9);
    }
  });
  auto first = context_manager([]() -> generator<nothing_t> {
    try {
      co_yield nothing;
    } catch (const std::exception&) {
      throw;
    }
  });
  try {
    with(exit_stack(), [&](exit_stack& stack) {
      stack.enter_context(second());
      stack.enter_context(first());
      throw unique_error();
    });
    FAIL();
  } catch (const numbered_error& error) {
    EXPECT_EQ(error.number, 9);
    EXPECT_THROW(std::rethrow_if_nested(error), unique_error);
  }
}

}  // namespace
