// process: programs started, signalled and waited for, from plain threads.
#include "pirn/process/process.hpp"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "pirn/process/process_test.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace {

using namespace pirn;
using namespace std::chrono_literals;

class processes : public ::testing::Test {
 protected:
  pirn::testing::nothing_left checked_;
};

std::string failure_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no failure";
}

exit_status status_of(const command& what, process_options options = {}) {
  process child(what, options);
  return child.wait().result(20s);
}

std::string output_of(const command& what, process_options options = {}) {
  options.output = stdio::pipe;
  process child(what, options);
  return child.output().read_all().result(20s);
}

TEST_F(processes, a_program_exits_with_its_code) {
  EXPECT_EQ(status_of(command("true")), exit_status::exited(0));
  EXPECT_EQ(status_of({"sh", "-c", "exit 3"}), exit_status::exited(3));
}

TEST_F(processes, a_program_that_a_signal_ended_says_so) {
  EXPECT_EQ(status_of({"sh", "-c", "kill -USR1 $$"}), exit_status::signalled(SIGUSR1));
}

TEST_F(processes, what_cannot_be_started_is_named) {
  EXPECT_EQ(failure_of([] { process child("/bin/nosuch"); }),
            "spawn /bin/nosuch: No such file or directory");
  EXPECT_EQ(failure_of([] { process child("nosuch-program"); }),
            "spawn nosuch-program: No such file or directory");
  EXPECT_EQ(failure_of([] { process child("/etc/passwd"); }),
            "spawn /etc/passwd: Permission denied");
  EXPECT_EQ(failure_of([] { process child(command("true").in_directory("/nosuch")); }),
            "spawn true in /nosuch: No such file or directory");
}

TEST_F(processes, output_is_read_through_a_pipe) {
  EXPECT_EQ(output_of({"echo", "hello"}), "hello\n");
}

TEST_F(processes, errors_may_be_merged_into_the_output) {
  EXPECT_EQ(
      output_of({"sh", "-c", "echo one; echo two >&2; echo three"}, {.errors = stdio::merged}),
      "one\ntwo\nthree\n");
  EXPECT_EQ(failure_of([] { process child("true", {.output = stdio::merged}); }),
            "stdio::merged is for the errors");
}

TEST_F(processes, output_and_errors_have_pipes_of_their_own) {
  process child({"sh", "-c", "echo out; echo err >&2"},
                {.output = stdio::pipe, .errors = stdio::pipe});
  EXPECT_EQ(child.output().read_all().result(20s), "out\n");
  EXPECT_EQ(child.errors().read_all().result(20s), "err\n");
}

TEST_F(processes, input_and_output_are_a_conversation) {
  process child("cat", {.input = stdio::pipe, .output = stdio::pipe});
  std::array<std::byte, 16> answer;
  for (std::string_view word : {"one", "two"}) {
    child.input().write_all(word).result(20s);
    std::size_t count = child.output().read(answer).result(20s);
    EXPECT_EQ(std::string_view(reinterpret_cast<char*>(answer.data()), count), word);
  }
  child.input().close();
  EXPECT_EQ(child.output().read(answer).result(20s), 0U);
  EXPECT_TRUE(child.wait().result(20s).success());
}

TEST_F(processes, the_null_device_is_empty) {
  EXPECT_EQ(output_of({"cat"}, {.input = stdio::null}), "");
  EXPECT_TRUE(status_of({"sh", "-c", "echo out; echo err >&2"},
                        {.output = stdio::null, .errors = stdio::null})
                  .success());
}

TEST_F(processes, a_pipe_can_be_opened_by_its_name) {
  process child({"cat", "/dev/stdin"}, {.input = stdio::pipe, .output = stdio::pipe});
  EXPECT_EQ(child.communicate("by name").result(20s).output, "by name");
}

TEST_F(processes, a_stream_may_lead_to_a_descriptor) {
  const pirn::testing::temporary_directory directory;
  const std::string path = directory / "file";
  unique_fd file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  EXPECT_TRUE(status_of({"echo", "kept"}, {.output = stdio::descriptor(file.get())}).success());
  EXPECT_EQ(output_of({"cat", path}), "kept\n");
}

// The child's 1 becomes a pipe before its 2 becomes what was 1 here.
TEST_F(processes, a_stream_may_lead_to_a_standard_one_that_is_itself_replaced) {
  unique_fd before = unique_fd(::fcntl(1, F_DUPFD_CLOEXEC, 3));
  const pirn::testing::temporary_directory directory;
  const std::string path = directory / "file";
  unique_fd file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  ::dup2(file.get(), 1);
  std::string out =
      output_of({"sh", "-c", "echo out; echo err >&2"}, {.errors = stdio::descriptor(1)});
  ::dup2(before.get(), 1);
  EXPECT_EQ(out, "out\n");
  EXPECT_EQ(output_of({"cat", path}), "err\n");
}

TEST_F(processes, environment_and_directory_are_the_commands) {
  EXPECT_EQ(output_of(command("sh", "-c", "echo $PIRN_WORD").with_environment("PIRN_WORD", "x")),
            "x\n");
  EXPECT_EQ(output_of(command("pwd").in_directory("/usr")), "/usr\n");
  EXPECT_EQ(output_of(command("env").with_empty_environment().with_environment("A", "b")), "A=b\n");
}

TEST_F(processes, descriptors_are_inherited_by_number_and_all_others_closed) {
  unique_fd leaked(::open("/dev/null", O_RDONLY));  // NOLINT: without O_CLOEXEC, as others do
  unique_fd given(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  int inherited[] = {given.get()};
  process_options options{.inherited = inherited};
  EXPECT_EQ(output_of({"sh", "-c", "ls /proc/$$/fd"}, options),
            "0\n1\n2\n" + std::to_string(given.get()) + "\n");
}

TEST_F(processes, waiting_ends_when_its_time_is_out_and_may_be_repeated) {
  process child("cat", {.input = stdio::pipe, .output = stdio::null});
  EXPECT_THROW(child.wait().result(1ms), timeout_error);
  EXPECT_FALSE(child.poll());
  child.input().close();
  EXPECT_TRUE(child.wait().result(20s).success());
  EXPECT_TRUE(child.wait().result(0ms).success());
  EXPECT_EQ(child.poll(), exit_status::exited(0));
}

TEST_F(processes, signals_reach_it_until_it_has_been_waited_for) {
  process child({"sh", "-c", "trap 'exit 5' USR1; echo ready; while :; do sleep 0.01; done"},
                {.output = stdio::pipe});
  std::array<std::byte, 16> ready;
  child.output().read(ready).result(20s);
  child.signal(SIGUSR1);
  EXPECT_EQ(child.wait().result(20s), exit_status::exited(5));
  child.signal(SIGUSR1);
  child.terminate();
  child.kill();
}

TEST_F(processes, terminate_asks_it_to_end) {
  process child({"sleep", "1000"});
  child.terminate();
  EXPECT_EQ(child.wait().result(20s), exit_status::signalled(SIGTERM));
}

// Its output ends only when the grandchild, which has it too, is dead.
TEST_F(processes, kill_reaches_its_children_too) {
  process child({"sh", "-c", "sleep 1000 & echo started; wait"}, {.output = stdio::pipe});
  std::array<std::byte, 16> started;
  child.output().read(started).result(20s);
  child.kill();
  EXPECT_EQ(child.output().read(started).result(20s), 0U);
  EXPECT_EQ(child.wait().result(20s), exit_status::signalled(SIGKILL));
}

TEST_F(processes, kill_reaches_the_children_of_one_that_has_ended) {
  process child({"sh", "-c", "sleep 1000 &"}, {.output = stdio::pipe});
  auto ended = child.output().read_all();
  EXPECT_THROW(ended.result(1ms), timeout_error);
  child.kill();
  EXPECT_EQ(ended.result(20s), "");
}

TEST_F(processes, without_a_group_of_its_own_it_is_in_ours) {
  process child("cat", {.input = stdio::pipe, .own_group = false});
  EXPECT_EQ(::getpgid(child.pid()), ::getpgrp());
  process leader("cat", {.input = stdio::pipe});
  EXPECT_EQ(::getpgid(leader.pid()), leader.pid());
}

TEST_F(processes, the_destructor_and_assignment_kill_what_runs) {
  process child({"sh", "-c", "sleep 1000 & wait"}, {.output = stdio::pipe});
  descriptor_stream output = std::move(child.output());
  process other({"sleep", "1000"});
  child = std::move(other);
  EXPECT_EQ(output.read_all().result(20s), "");
}

TEST_F(processes, a_wait_goes_on_when_the_process_is_moved) {
  process child("cat", {.input = stdio::pipe, .output = stdio::null});
  auto ended = child.wait();
  EXPECT_THROW(ended.result(1ms), timeout_error);
  process moved = std::move(child);
  moved.input().close();
  EXPECT_TRUE(ended.result(20s).success());
}

TEST_F(processes, writing_to_one_that_has_closed_its_input_is_an_error_and_no_signal) {
  process child({"sh", "-c", "exec <&-; echo closed; exec sleep 1000"},
                {.input = stdio::pipe, .output = stdio::pipe});
  std::array<std::byte, 16> closed;
  child.output().read(closed).result(20s);
  EXPECT_EQ(failure_of([&] { child.input().write_all("x").result(20s); }),
            "write to input of sh: Broken pipe");
}

TEST_F(processes, sigpipe_has_its_default_in_a_new_program) {
  auto before = std::signal(SIGPIPE, SIG_IGN);
  process child("yes", {.output = stdio::pipe});
  std::signal(SIGPIPE, before);
  child.output().close();
  EXPECT_EQ(child.wait().result(20s), exit_status::signalled(SIGPIPE));
}

TEST_F(processes, a_status_that_something_else_took_is_an_error) {
  process child("true");
  ::waitpid(child.pid(), nullptr, 0);
  EXPECT_EQ(failure_of([&] { child.wait().result(20s); }), "wait for true: No child processes");
}

}  // namespace
