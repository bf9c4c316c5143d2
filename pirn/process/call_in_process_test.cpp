// call_in_process: its result, its failures, and that cancelling it kills.
#include "pirn/process/call_in_process.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/core/task_group.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/process/process_pool_test.hpp"
#include "pirn/run/run.hpp"
#include "pirn/sync/event.hpp"

namespace {

using namespace pirn;

TEST(call_in_process, gives_the_result_of_another_process) {
  auto main = []() -> task<> {
    int pid = co_await call_in_process(&::getpid);
    EXPECT_NE(pid, ::getpid());
    std::string text =
        co_await call_in_process([](std::string part) { return part + "!"; }, std::string("done"));
    EXPECT_EQ(text, "done!");
    co_await call_in_process([] {});
  };
  run(main);
}

TEST(call_in_process, throws_what_it_throws_and_survives_its_death) {
  auto fail = [](std::string why) -> task<> {
    auto thrower = [](std::string text) { throw std::out_of_range(text); };
    co_await call_in_process(thrower, why);
  };
  try {
    run(fail, std::string("index 7"));
    FAIL();
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "index 7");
  }
  auto die = []() -> task<> { co_await call_in_process([] { std::_Exit(3); }); };
  EXPECT_THROW(run(die), broken_executor);
}

TEST(call_in_process, cancelling_it_kills_the_process) {
  shared_gates gates;  // which nobody opens
  auto main = [&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      group.spawn([](shared_gates mine) -> task<> { co_await call_in_process(pass_gate, mine); },
                  gates);
      co_await to_thread([&] { gates.wait_until_begun(); });
      group.cancel();
    });
  };
  run(main);
}

}  // namespace
