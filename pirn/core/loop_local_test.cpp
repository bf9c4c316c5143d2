// loop_local: one object a loop.
#include "pirn/core/loop_local.hpp"

#include <gtest/gtest.h>

#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace pirn;

int alive = 0;

struct counted {
  counted() { ++alive; }
  counted(counted&&) = delete;
  ~counted() { --alive; }
  int number = 0;
};

loop_local<counted> first;
loop_local<counted> second;

TEST(loop_local, a_loop_makes_its_object_when_it_is_first_asked_for_and_keeps_it) {
  alive = 0;
  pirn::testing::virtual_world world;
  EXPECT_EQ(alive, 0);
  first.of(world.loop()).number = 7;
  second.of(world.loop()).number = 8;
  EXPECT_EQ(alive, 2);
  EXPECT_EQ(first.of(world.loop()).number, 7);
  EXPECT_EQ(second.of(world.loop()).number, 8);
  EXPECT_EQ(alive, 2);
}

TEST(loop_local, each_loop_has_its_own) {
  pirn::testing::virtual_world one;
  pirn::testing::virtual_world other;
  first.of(one.loop()).number = 1;
  first.of(other.loop()).number = 2;
  EXPECT_EQ(first.of(one.loop()).number, 1);
}

TEST(loop_local, the_object_ends_with_its_loop) {
  alive = 0;
  {
    pirn::testing::virtual_world world;
    first.of(world.loop());
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

}  // namespace
