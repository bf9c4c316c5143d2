// spawn and pidfd: what a new process has open, how it is known, and how it ends.
#include "pirn/platform/spawn.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/platform/pidfd.hpp"

namespace {

using namespace pirn;

/// A request to run `sh -c script`, with its argument vector.
struct script_request {
  explicit script_request(std::string script) : words{"sh", "-c", std::move(script)} {
    for (std::string& each : words) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    request.program = "sh";
    request.arguments = arguments.data();
    request.environment = environ;
  }
  std::vector<std::string> words;
  std::vector<char*> arguments;
  spawn_request request;
};

child_end end_of(const spawned_process& child) {
  child_end end;
  EXPECT_EQ(reap_blocking(child.pidfd.get(), end), 1);
  return end;
}

std::string all_of(const unique_fd& reader) {
  std::string text;
  std::array<std::byte, 1000> part;
  std::ptrdiff_t count = read_now(reader.get(), part);
  for (; count > 0; count = read_now(reader.get(), part)) {
    text.append(reinterpret_cast<char*>(part.data()), static_cast<std::size_t>(count));
  }
  return text;
}

TEST(spawn, a_child_is_known_by_its_descriptor_until_it_is_reaped) {
  auto gate = make_pipe();
  ASSERT_TRUE(gate);
  spawn_request::placement input{gate->reader.get(), 0};
  script_request script("read line; exit 7");
  script.request.descriptors = {&input, 1};
  auto child = spawn(script.request);
  ASSERT_TRUE(child);
  child_end end;
  EXPECT_EQ(reap(child->pidfd.get(), end), 0);
  EXPECT_EQ(send_signal(child->pidfd.get(), 0), 0);
  gate->writer.reset();
  EXPECT_EQ(end_of(*child).number, 7);
  EXPECT_EQ(reap(child->pidfd.get(), end), -ECHILD);
  EXPECT_EQ(send_signal(child->pidfd.get(), SIGKILL), -ESRCH);
}

TEST(spawn, an_end_by_a_signal_is_told_apart) {
  auto child = spawn(script_request("kill -TERM $$").request);
  ASSERT_TRUE(child);
  child_end end = end_of(*child);
  EXPECT_EQ(end.how, child_end::kind::signalled);
  EXPECT_EQ(end.number, SIGTERM);
}

TEST(spawn, a_program_that_is_not_there_leaves_no_child) {
  script_request script("");
  script.request.program = "/bin/nosuch";
  auto child = spawn(script.request);
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error(), std::errc::no_such_file_or_directory);
}

// 1 and 2 change places, by way of numbers that overwrite one another.
TEST(spawn, placements_do_not_overwrite_one_another) {
  auto out = make_pipe();
  auto err = make_pipe();
  ASSERT_TRUE(out && err);
  unique_fd one = duplicate(1);
  unique_fd two = duplicate(2);
  ::dup2(out->writer.get(), 1);
  ::dup2(err->writer.get(), 2);
  spawn_request::placement swapped[] = {{2, 1}, {1, 2}};
  script_request script("echo out; echo err >&2");
  script.request.descriptors = swapped;
  auto child = spawn(script.request);
  ::dup2(one.get(), 1);
  ::dup2(two.get(), 2);
  ASSERT_TRUE(child);
  out->writer.reset();
  err->writer.reset();
  EXPECT_EQ(all_of(out->reader), "err\n");
  EXPECT_EQ(all_of(err->reader), "out\n");
  EXPECT_EQ(end_of(*child).number, 0);
}

TEST(spawn, signals_are_as_in_a_fresh_program) {
  auto out = make_pipe();
  ASSERT_TRUE(out);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  spawn_request::placement output{out->writer.get(), 1};
  script_request script("exec grep SigBlk /proc/self/status");  // a shell blocks them to fork
  script.request.descriptors = {&output, 1};
  auto child = spawn(script.request);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(child);
  out->writer.reset();
  EXPECT_EQ(all_of(out->reader), "SigBlk:\t0000000000000000\n");
  EXPECT_EQ(end_of(*child).number, 0);
}

TEST(spawn, a_group_of_its_own_gets_signals_as_one) {
  auto out = make_pipe();
  ASSERT_TRUE(out);
  spawn_request::placement output{out->writer.get(), 1};
  script_request script("sleep 1000 & sleep 1000 & echo; wait");
  script.request.descriptors = {&output, 1};
  script.request.own_group = true;
  auto child = spawn(script.request);
  ASSERT_TRUE(child);
  out->writer.reset();
  std::array<std::byte, 1> started;
  EXPECT_EQ(read_now(out->reader.get(), started), 1);
  EXPECT_EQ(send_group_signal(child->pid, SIGKILL), 0);
  EXPECT_EQ(all_of(out->reader), "");  // ends when all three are dead
  EXPECT_EQ(end_of(*child).number, SIGKILL);
}

}  // namespace
