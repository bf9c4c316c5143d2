// generator: random programs do what CPython's generators do. tools/generator_traces.py is their
// Python and made the table.
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/generator.hpp"

namespace {

using pirn::from;
using pirn::generator;
using pirn::generator_exit;
using pirn::generator_state;

using steps = generator<int, std::optional<int>, std::optional<int>>;

struct mishap : std::runtime_error {
  explicit mishap(int number) : std::runtime_error(std::to_string(number)) {}
};

std::string text(int number) {
  return std::to_string(number);
}
std::string text(const std::optional<int>& number) {
  return number ? std::to_string(*number) : "None";
}

struct world {
  explicit world(std::uint64_t seed) : state(seed) {}

  int pick(int count) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((state >> 33) % static_cast<std::uint64_t>(count));
  }
  void note(const std::string& line) { log += line + "\n"; }

  std::uint64_t state;
  int names = 0;
  std::string log;
  std::vector<std::unique_ptr<steps>> pool;  // what bodies may borrow
  std::vector<steps> roots;
};

steps borrowing(world& here, std::unique_ptr<steps> sub) {
  auto give_back = [&] {
    if (sub->state() != generator_state::closed) here.pool.push_back(std::move(sub));
  };
  std::optional<int> result;
  try {
    result = co_yield from(*sub);
  } catch (...) {
    give_back();
    throw;
  }
  give_back();
  co_return result;
}

steps make(world& here, int depth);

// What a body does in its handler of generator_exit. Returns: whether it returns now.
bool answer_exit(world& here, int name) {
  here.note(text(name) + " exits");
  switch (here.pick(4)) {
    case 0:
      throw;
    case 1:
      return true;
    case 2:
      throw mishap(1000 + name);
    default:
      return false;
  }
}

steps body(world& here, int name, int depth) {
  here.note(text(name) + " starts");
  const int count = here.pick(5);
  for (int step = 0; step < count; ++step) {
    const int action = here.pick(10);
    bool returns = false;
    try {
      if (action < 5 || depth == 0) {
        auto got = co_yield 10 * name + step;
        here.note(text(name) + " got " + text(got));
      } else if (action < 8) {
        auto got = co_yield from(make(here, depth - 1));
        here.note(text(name) + " made one that returned " + text(got));
      } else if (action == 8 && !here.pool.empty()) {
        auto sub = std::move(here.pool.back());
        here.pool.pop_back();
        auto got = co_yield from(borrowing(here, std::move(sub)));
        here.note(text(name) + " borrowed one that returned " + text(got));
      } else {
        throw mishap(name);
      }
    } catch (const mishap& error) {
      here.note(text(name) + " caught " + error.what());
      if (here.pick(2) != 0) throw;
    } catch (const pirn::generator_ignored_exit&) {
      here.note(text(name) + " saw its sub ignore the exit");
      if (here.pick(2) != 0) throw;
    } catch (const generator_exit&) {
      returns = answer_exit(here, name);
    }
    if (returns) co_return -name;
  }
  here.note(text(name) + " ends");
  if (here.pick(2) != 0) co_return name;
  co_return std::nullopt;
}

steps make(world& here, int depth) {
  return body(here, ++here.names, depth);
}

std::optional<int> act(world& here, steps& each, int action) {
  if (action < 3) return each.next();
  if (action < 6) return each.send(here.pick(100));
  if (action == 6) return each.throw_in(mishap(here.pick(100)));
  return each.throw_in(generator_exit());
}

void drive(world& here, int which) {
  steps& root = here.roots[static_cast<std::size_t>(which)];
  const int action = here.pick(9);
  const bool was_closed = root.state() == generator_state::closed;
  here.note("act " + text(which) + " " + text(action));
  try {
    if (action == 8) {
      root.close();
      here.note("closed");
    } else if (auto yielded = act(here, root, action)) {
      here.note("yielded " + text(*yielded));
    } else {
      here.note("stopped " + (was_closed ? "None" : text(root.result())));
    }
  } catch (const pirn::generator_not_started&) {
    here.note("not started");
  } catch (const pirn::generator_ignored_exit&) {
    here.note("ignored exit");
  } catch (const mishap& error) {
    here.note(std::string("mishap ") + error.what());
  } catch (const generator_exit&) {
    here.note("exit");
  }
  if (root.state() == generator_state::closed && here.pick(2) != 0) root = make(here, 4);
}

std::string log_of(std::uint64_t seed) {
  world here(seed);
  for (int count = 0; count < 3; ++count) {
    auto lent = std::make_unique<steps>(make(here, 3));
    try {
      for (int left = here.pick(3); left > 0 && lent->next(); --left) continue;
    } catch (const mishap&) {
    }
    if (lent->state() != generator_state::closed) here.pool.push_back(std::move(lent));
  }
  for (int count = 0; count < 3; ++count) here.roots.push_back(make(here, 4));
  for (int count = 0; count < 80; ++count) drive(here, here.pick(3));
  return here.log;
}

std::uint64_t digest(std::uint64_t value, const std::string& log) {
  for (char byte : log) value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return value;
}

constexpr std::uint64_t seeds_a_row = 100;
constexpr std::uint64_t expected[] = {
    0xb29eb3ffcb7edf77,  // 24079 lines
    0xa40c8c8322f1f21a,  // 24121 lines
    0xafbee1aba9af0d50,  // 24407 lines
    0x62c98c60f7417ee9,  // 23969 lines
    0x757e5afb633b6a8f,  // 24365 lines
    0x4cf980e844218930,  // 24026 lines
    0x0a8e49ec03a0a495,  // 24135 lines
    0x97405e4fa50d39ba,  // 24045 lines
    0x3bbec09c0f76b452,  // 24023 lines
    0x49c2317bf88a3d5e,  // 24180 lines
    0xc8641c5d4673a0bf,  // 24201 lines
    0xfa9b91bd421d1bee,  // 24578 lines
    0xc9d1149065358e86,  // 23853 lines
    0xec1a9d9e612fd82c,  // 24056 lines
    0x28e1129d4e6cd694,  // 24056 lines
    0xa666c439cd20a24f,  // 24178 lines
};

TEST(generator_traces, random_programs_do_what_they_do_in_cpython) {
  std::uint64_t seed = 0;
  for (std::uint64_t row : expected) {
    std::uint64_t actual = 0xcbf29ce484222325u;
    for (std::uint64_t count = 0; count < seeds_a_row; ++count) {
      actual = digest(actual, log_of(seed++));
    }
    EXPECT_EQ(actual, row) << "seeds up to " << seed;
  }
}

}  // namespace
