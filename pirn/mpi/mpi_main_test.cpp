// mpi_main: the program of this room's tests. It runs alone, each test by itself, and under mpirun,
// all at once; and it has scenes whose ends mpi_main_test.py looks at.
#include "pirn/mpi/mpi_main.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

#include "pirn/mpi/mpi_pool.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

void say(const char* what) {
  std::puts(what);
  std::fflush(stdout);
}

[[noreturn]] void fail() {
  throw std::runtime_error("the program gave up");
}

int throw_while_calls_wait() {
  mpi_pool pool;
  for (int i = 0; i < 1'000; ++i) (void)pool.submit([] { std::this_thread::sleep_for(20ms); });
  fail();
}

int call_for_ever() {
  mpi_pool pool;
  (void)pool.submit([] {
    say("begun");
    std::this_thread::sleep_for(1h);
  });
  return 0;
}

int die_in_a_call() {
  mpi_pool pool;
  pool.submit([] { std::abort(); }).result();
  return 0;
}

int be_idle() {
  mpi_pool pool;
  say("begun");
  std::getchar();  // until the test has looked
  return 0;
}

int run_tests(int argc, char** argv) {
  struct scene {
    std::string_view name;
    int (*play)();
  };
  constexpr std::array scenes{
      scene{"status", [] { return 3; }},
      scene{"throw", throw_while_calls_wait},
      scene{"exit", []() -> int { std::exit(4); }},
      scene{"for-ever", call_for_ever},
      scene{"die", die_in_a_call},
      scene{"idle", be_idle},
  };
  for (const scene& each : scenes) {
    if (argc == 2 && each.name == argv[1]) return each.play();
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

TEST(mpi_main, the_tests_run_on_rank_0) {
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  EXPECT_EQ(std::string_view(rank == nullptr ? "0" : rank), "0");
}

}  // namespace

int main(int argc, char** argv) {
  return pirn::mpi_main(run_tests, argc, argv);
}
