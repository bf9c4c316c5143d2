// generator: backtracking by generators: conjoin, eight queens, a knight's tour.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/generator.hpp"

namespace {

using pirn::from;
using pirn::generator;

using numbers = std::vector<int>;
using choices = std::vector<std::function<generator<int>()>>;

// For each value of the first choice, for each of the second, ...: yields all values. A choice may
// depend on what was chosen before it, and undoes its own effect when it is resumed.
generator<const numbers&> conjoin_from(const choices& all, numbers& values, std::size_t index) {
  if (index == all.size()) {
    co_yield values;
    co_return;
  }
  for (int value : all[index]()) {
    values[index] = value;
    co_yield from(conjoin_from(all, values, index + 1));
  }
}

generator<const numbers&> conjoin(const choices& all) {
  numbers values(all.size());
  co_yield from(conjoin_from(all, values, 0));
}

// The same without recursion.
generator<const numbers&> flat_conjoin(const choices& all) {
  numbers values(all.size());
  std::vector<generator<int>> open;
  open.push_back(all[0]());
  while (!open.empty()) {
    const auto value = open.back().next();
    if (!value) {
      open.pop_back();
    } else if (values[open.size() - 1] = *value; open.size() < all.size()) {
      open.push_back(all[open.size()]());
    } else {
      co_yield values;
    }
  }
}

generator<int> zero_and_one() {
  co_yield 0;
  co_yield 1;
}

TEST(generator_puzzles, conjoin_makes_the_cross_product) {
  const choices bits(3, zero_and_one);
  std::vector<numbers> seen;
  for (const numbers& each : conjoin(bits)) seen.push_back(each);
  EXPECT_EQ(
      seen,
      (std::vector<numbers>{
          {0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}, {1, 0, 0}, {1, 0, 1}, {1, 1, 0}, {1, 1, 1}}));
  for (std::size_t count = 0; count < 10; ++count) {
    const choices more(count, zero_and_one);
    std::size_t products = 0;
    for (auto steps = conjoin(more); steps.next();) ++products;
    EXPECT_EQ(products, std::size_t{1} << count);
  }
}

// Rows of an n-queens board as choices of a column.
class queens {
 public:
  explicit queens(int size) : size_(size) {
    for (int row = 0; row < size; ++row) rows.push_back([this, row] { return columns(row); });
  }

  choices rows;

 private:
  generator<int> columns(int row) {
    for (int column = 0; column < size_; ++column) {
      const std::uint64_t uses = 1ull << column | 1ull << (3 * size_ - 2 + row - column) |
                                 1ull << (4 * size_ - 2 + row + column);
      if ((used_ & uses) != 0) continue;
      used_ |= uses;
      co_yield column;
      used_ &= ~uses;
    }
  }

  int size_;
  std::uint64_t used_ = 0;
};

TEST(generator_puzzles, eight_queens_stand_in_92_ways) {
  queens board(8);
  std::vector<numbers> solutions;
  for (const numbers& each : conjoin(board.rows)) solutions.push_back(each);
  ASSERT_EQ(solutions.size(), 92u);
  EXPECT_EQ(solutions[0], (numbers{0, 4, 7, 5, 2, 6, 1, 3}));
  EXPECT_EQ(solutions[1], (numbers{0, 5, 7, 2, 6, 3, 1, 4}));
  std::size_t flat = 0;
  for (const numbers& each : flat_conjoin(board.rows)) EXPECT_EQ(each, solutions[flat++]);
  EXPECT_EQ(flat, 92u);
}

// Squares of a knight's closed tour, each a choice of the next square.
class knight {
 public:
  knight(int rows, int columns) : columns_(columns) {
    const int jumps[8][2] = {{1, 2},   {2, 1},   {2, -1}, {1, -2},
                             {-1, -2}, {-2, -1}, {-2, 1}, {-1, 2}};
    exits_.resize(static_cast<std::size_t>(rows * columns));
    for (int square = 0; square < rows * columns; ++square) {
      for (auto [down, right] : jumps) {
        const int row = square / columns + down, column = square % columns + right;
        if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
        of(square).push_back(row * columns + column);
      }
    }
    squares.push_back([this] { return first(); });
    squares.push_back([this] { return second(); });
    for (int count = rows * columns - 3; count > 0; --count) {
      squares.push_back([this] { return advance(); });
    }
    squares.push_back([this] { return last(); });
  }

  choices squares;

 private:
  numbers& of(int square) { return exits_[static_cast<std::size_t>(square)]; }

  // Takes the square out of its neighbours' exits; false if that leaves a dead end.
  bool take(int square) {
    int dead = 0, forced = 0;
    for (int neighbour : of(square)) {
      numbers& exits = of(neighbour);
      exits.erase(std::ranges::find(exits, square));
      dead += exits.empty() ? 1 : 0;
      forced += exits.size() == 1 ? 1 : 0;
    }
    return dead == 0 && forced < 2;
  }
  void give_back(int square) {
    for (int neighbour : of(square)) of(neighbour).push_back(square);
  }

  generator<int> first() {
    take(0);
    last_ = 0;
    co_yield 0;
    give_back(0);
  }

  // The two ways out of the corner; the tour comes back by the other.
  generator<int> second() {
    const int ways[2][2] = {{columns_ + 2, 2 * columns_ + 1}, {2 * columns_ + 1, columns_ + 2}};
    for (auto [here, back] : ways) {
      final_ = back;
      take(here);
      of(final_).push_back(0);
      last_ = here;
      co_yield here;
      of(final_).erase(std::ranges::find(of(final_), 0));
      give_back(here);
    }
  }

  // Squares with fewer exits first.
  generator<int> advance() {
    std::vector<std::pair<std::size_t, int>> candidates;
    for (int square : of(last_)) {
      const std::size_t exits = of(square).size();
      if (exits == 1) {
        candidates = {{exits, square}};
        break;
      }
      candidates.emplace_back(exits, square);
    }
    std::ranges::sort(candidates);
    for (auto [exits, square] : candidates) {
      if (square == final_) continue;
      if (take(square)) {
        last_ = square;
        co_yield square;
      }
      give_back(square);
    }
  }

  generator<int> last() { co_yield final_; }

  int columns_;
  int last_ = 0, final_ = 0;
  std::vector<numbers> exits_;
};

TEST(generator_puzzles, a_knight_tours_a_board_of_100_squares) {
  knight board(10, 10);
  auto tours = conjoin(board.squares);
  const numbers* tour = tours.next();
  ASSERT_NE(tour, nullptr);
  auto numbering = [](const numbers& squares, int row) {
    numbers line(10);
    for (int step = 0; step < 100; ++step) {
      const int square = squares[static_cast<std::size_t>(step)];
      if (square / 10 == row) line[static_cast<std::size_t>(square % 10)] = step + 1;
    }
    return line;
  };
  EXPECT_EQ(numbering(*tour, 0), (numbers{1, 58, 27, 34, 3, 40, 29, 10, 5, 8}));
  EXPECT_EQ(numbering(*tour, 6), (numbers{87, 98, 91, 80, 77, 84, 53, 46, 65, 44}));
  EXPECT_EQ(numbering(*tour, 8), (numbers{97, 92, 21, 78, 81, 94, 19, 16, 45, 66}));
  tour = tours.next();
  ASSERT_NE(tour, nullptr);
  EXPECT_EQ(numbering(*tour, 6), (numbers{87, 98, 89, 80, 77, 84, 53, 46, 65, 44}));
  EXPECT_EQ(numbering(*tour, 8), (numbers{97, 88, 21, 78, 81, 94, 19, 16, 45, 66}));
}

}  // namespace
