// calling: functions of this program in new processes of it.
#include "pirn/process/calling.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <unistd.h>

#include "pirn/process/connection.hpp"
#include "pirn/process/process_test.hpp"
#include "pirn/process/run_program.hpp"

namespace {

using namespace pirn;
using namespace std::chrono_literals;

class callings : public ::testing::Test {
 protected:
  pirn::testing::nothing_left checked_;
};

int count_letters(const std::vector<std::string>& words) {
  std::size_t count = 0;
  for (const std::string& word : words) count += word.size();
  return static_cast<int>(count);
}
void do_nothing() {}
void fail() {
  throw std::runtime_error("no luck");
}
void print_pid() {
  std::printf("%d\n", ::getpid());
}
void print_and_abort() {
  std::printf("printed\n");
  std::fflush(stdout);
  std::abort();
}
void echo_once(connection peer) {
  auto text = peer.recv<std::string>().result();
  peer.send(text + text).result();
}
void echo_all(connection peer) {
  try {
    for (;;) {
      message told = peer.recv().result();
      peer.send(told).result();
    }
  } catch (const end_of_stream&) {
  }
}

exit_status status_of(const command& what) {
  process child(what, {.errors = stdio::null});
  return child.wait().result(20s);
}

TEST_F(callings, what_the_function_returns_is_the_exit_status) {
  EXPECT_EQ(status_of(calling(count_letters, std::vector<std::string>{"one", "three"})),
            exit_status::exited(8));
  EXPECT_EQ(status_of(calling(do_nothing)), exit_status::exited(0));
  EXPECT_EQ(status_of(calling<&do_nothing>()), exit_status::exited(0));
  EXPECT_EQ(status_of(calling([](int a, int b) { return a * b; }, 6, 7)), exit_status::exited(42));
  EXPECT_EQ(status_of(calling([] { std::exit(9); })), exit_status::exited(9));
}

TEST_F(callings, an_exception_is_status_one_and_a_message) {
  auto ended = run_program(calling(fail)).result(20s);
  EXPECT_EQ(ended.status, exit_status::exited(1));
  EXPECT_EQ(ended.errors, "process_tests: no luck\n");
}

TEST_F(callings, it_runs_in_a_process_of_its_own) {
  process child(calling(print_pid), {.output = stdio::pipe});
  EXPECT_EQ(child.output().read_all().result(20s), std::to_string(child.pid()) + "\n");
  EXPECT_EQ(child.name(), "a function of process_tests");
}

TEST_F(callings, what_it_wrote_before_a_crash_is_there) {
  auto ended = run_program(calling(print_and_abort)).result(20s);
  EXPECT_EQ(ended.output, "printed\n");
  EXPECT_EQ(ended.status.signal(), SIGABRT);
}

TEST_F(callings, a_command_can_be_run_again) {
  command twice = calling(count_letters, std::vector<std::string>{"ab"});
  EXPECT_EQ(status_of(twice), exit_status::exited(2));
  EXPECT_EQ(status_of(command(twice)), exit_status::exited(2));
}

TEST_F(callings, an_argument_may_be_large) {
  std::vector<std::string> words{std::string(3'000'000, 'x')};
  EXPECT_EQ(status_of(calling(count_letters, words)).code(), 3'000'000 % 256);
}

TEST_F(callings, it_talks_through_a_connection_that_it_was_given) {
  auto [ours, its] = pirn::pipe();
  process child(calling(echo_once, std::move(its)));
  ours.send("ab").result(20s);
  EXPECT_EQ(ours.recv<std::string>().result(20s), "abab");
  EXPECT_THROW(ours.recv<std::string>().result(20s), end_of_stream);
  EXPECT_TRUE(child.wait().result(20s).success());
}

TEST_F(callings, it_sees_the_end_when_this_end_is_closed) {
  auto [ours, its] = pirn::pipe();
  process child(calling(echo_all, std::move(its)));
  message told = message::list{1, "hello", none};
  ours.send(told).result(20s);
  EXPECT_EQ(ours.recv().result(20s), told);
  ours.close();
  EXPECT_TRUE(child.wait().result(20s).success());
}

TEST_F(callings, an_inherited_connection_is_opened_by_its_number) {
  auto [ours, its] = pirn::pipe();
  int inherited[] = {its.descriptor()};
  process child(
      calling([](int number) { echo_once(connection(unique_fd(number))); }, its.descriptor()),
      {.inherited = inherited});
  its.close();
  ours.send("x").result(20s);
  EXPECT_EQ(ours.recv<std::string>().result(20s), "xx");
  EXPECT_TRUE(child.wait().result(20s).success());
}

class callings_on_loops : public pirn::testing::on_kernel {};
INSTANTIATE_TEST_SUITE_P(drivers, callings_on_loops, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

task<> talk_to_a_process() {
  auto [ours, its] = pirn::pipe();
  process child(calling(echo_all, std::move(its)));
  for (int i = 0; i < 10; ++i) {
    co_await ours.send(message(i));
    message answer = co_await ours.recv();
    EXPECT_EQ(answer, message(i));
  }
  ours.close();
  exit_status status = co_await child.wait();
  EXPECT_TRUE(status.success());
}

TEST_P(callings_on_loops, a_task_talks_to_a_process) {
  on_loop(talk_to_a_process);
}

TEST_P(callings_on_loops, a_conversation_cancelled_anywhere_leaves_nothing) {
  pirn::testing::cancel_each_await(talk_to_a_process, pirn::testing::expect_no_error,
                                   {.driver = GetParam()});
}

}  // namespace
