// communicate and run_program: both ways at once, on loops and plain threads; time-outs; cancels.
#include "pirn/process/run_program.hpp"

#include <csignal>

#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/process/process_test.hpp"

namespace {

using namespace pirn;
using namespace std::chrono_literals;

// More than pipes hold, so that a program which is only fed, or only read, would wait for ever.
std::string large_text() {
  std::string text;
  for (int line = 0; text.size() < 3'000'000; ++line) text += std::to_string(line) + "\n";
  return text;
}

class run_programs : public ::testing::Test {
 protected:
  pirn::testing::nothing_left checked_;
};

TEST_F(run_programs, input_output_and_errors_flow_at_once) {
  std::string text = large_text();
  auto ended = run_program({"sh", "-c", "tee /dev/stderr; exit 4"}, {}, text).result(20s);
  EXPECT_EQ(ended.output, text);
  EXPECT_EQ(ended.errors, text);
  EXPECT_EQ(ended.status, exit_status::exited(4));
}

TEST_F(run_programs, a_program_need_not_read_its_input) {
  EXPECT_TRUE(run_program("true", {.check = true}, large_text()).result(20s).output.empty());
}

TEST_F(run_programs, a_failure_that_is_checked_keeps_what_the_program_gave) {
  auto work = run_program({"sh", "-c", "echo half; exit 3"}, {.check = true});
  try {
    auto ended = work.result(20s);
    FAIL() << ended.output;
  } catch (const program_failed& error) {
    EXPECT_STREQ(error.what(), "run sh -c 'echo half; exit 3': exit status 3");
    EXPECT_EQ(error.result().output, "half\n");
  }
}

TEST_F(run_programs, when_time_is_out_the_group_is_killed_and_reaped) {
  EXPECT_THROW(run_program({"sh", "-c", "sleep 1000 & wait"}).result(10ms), timeout_error);
}

TEST_F(run_programs, output_may_be_bounded) {
  try {
    auto ended = run_program("yes", {.output_max_bytes = 1000}).result(20s);
    FAIL() << ended.output.size();
  } catch (const std::length_error& error) {
    EXPECT_STREQ(error.what(), "communicate with yes: more than 1000 bytes of output");
  }
}

TEST_F(run_programs, communicating_again_after_a_timeout_loses_nothing) {
  process child({"sh", "-c", "echo one; cat"}, {.input = stdio::pipe, .output = stdio::pipe});
  descriptor_stream input = std::move(child.input());  // stays open meanwhile
  EXPECT_THROW(child.communicate().result(20ms), timeout_error);
  input.write_all("two\n").result(20s);
  input.close();
  auto ended = child.communicate().result(20s);
  EXPECT_EQ(ended.output, "one\ntwo\n");
}

TEST_F(run_programs, input_is_given_once_and_needs_a_pipe) {
  process deaf("true");
  EXPECT_THROW(deaf.communicate("x").result(20s), std::logic_error);
  process child({"sh", "-c", "echo one; exec sleep 1000"},
                {.input = stdio::pipe, .output = stdio::pipe});
  EXPECT_THROW(child.communicate("x").result(1ms), timeout_error);
  EXPECT_THROW(child.communicate("y").result(1ms), std::logic_error);
}

class run_programs_on_loops : public pirn::testing::on_kernel {};
INSTANTIATE_TEST_SUITE_P(drivers, run_programs_on_loops, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

TEST_P(run_programs_on_loops, input_output_and_errors_flow_at_once) {
  std::string text = large_text();
  on_loop([&]() -> task<> {
    auto ended = co_await run_program(command("tee", "/dev/stderr"), {.check = true}, text);
    EXPECT_EQ(ended.output, text);
    EXPECT_EQ(ended.errors, text);
  });
}

task<> sort_words(std::string words, std::string sorted) {
  auto ended = co_await run_program(command("sort"), {.check = true}, std::move(words));
  EXPECT_EQ(ended.output, sorted);
}

TEST_P(run_programs_on_loops, many_run_beside_one_another) {
  on_loop([]() -> task<> {
    auto body = [](task_group& group) {
      for (int i = 0; i < 20; ++i) group.spawn(sort_words, "b\na\n", "a\nb\n");
    };
    co_await with_group(body);
  });
}

TEST_P(run_programs_on_loops, a_timeout_kills_the_group_and_reaps) {
  on_loop([]() -> task<> {
    command endless("sh", "-c", "sleep 1000 & wait");
    bool late = false;
    try {
      co_await timeout(10ms, run_program(endless));
    } catch (const timeout_error&) {
      late = true;
    }
    EXPECT_TRUE(late);
    EXPECT_FALSE(pirn::testing::has_children());
  });
}

TEST_P(run_programs_on_loops, a_wait_that_is_cancelled_leaves_the_program_running) {
  on_loop([]() -> task<> {
    process child("cat", {.input = stdio::pipe, .output = stdio::pipe});
    auto status = co_await move_on_after(1ms, child.wait());
    EXPECT_FALSE(status);
    auto ended = co_await child.communicate("still here");
    EXPECT_EQ(ended.output, "still here");
    EXPECT_TRUE(ended.status.success());
  });
}

TEST_P(run_programs_on_loops, result_on_a_loop_is_an_error_and_no_deadlock) {
  on_loop([]() -> task<> {
    process child("true");
    try {
      child.wait().result();
      ADD_FAILURE() << "it blocked";
    } catch (const std::logic_error& error) {
      EXPECT_STREQ(error.what(),
                   "wait for a process: result() would block the loop of this thread: co_await it");
    }
    co_return;
  });
}

task<> converse() {
  process child("cat", {.input = stdio::pipe, .output = stdio::pipe});
  co_await child.input().write_all("ping");
  std::array<std::byte, 4> answer;
  std::size_t count = co_await child.output().read(answer);
  EXPECT_GT(count, 0U);
  auto ended = co_await child.communicate();
  EXPECT_TRUE(ended.status.success());
}

TEST_P(run_programs_on_loops, a_conversation_cancelled_anywhere_leaves_nothing) {
  pirn::testing::cancel_each_await(converse, pirn::testing::expect_no_error,
                                   {.driver = GetParam()});
}

task<> run_one() {
  command group("sh", "-c", "cat & wait");
  auto ended = co_await run_program(group, {}, "text");
  EXPECT_EQ(ended.output, "");
}

TEST_P(run_programs_on_loops, a_program_cancelled_anywhere_is_killed_and_reaped) {
  pirn::testing::cancel_each_await(run_one, pirn::testing::expect_no_error, {.driver = GetParam()});
}

TEST(run_programs_on_virtual_time, awaiting_is_an_error_that_says_so) {
  pirn::testing::nothing_left checked;
  auto work = []() -> task<> { co_await run_program("true"); };
  try {
    run({.driver = driver_choice::virtual_time}, work);
    FAIL() << "it ran";
  } catch (const std::system_error& error) {
    EXPECT_STREQ(error.what(),
                 "run a program on a loop whose time is virtual: Operation not supported");
  }
}

}  // namespace
