// process_pool: processes that die, are killed, or must not stay behind.
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pirn/exec/process_entry.hpp"
#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/platform/pidfd.hpp"
#include "pirn/platform/spawn.hpp"
#include "pirn/process/pool_entry.hpp"
#include "pirn/process/process_pool.hpp"
#include "pirn/process/process_pool_test.hpp"
#include "pirn/testing/census.hpp"

namespace {

using namespace pirn;
using pirn::testing::open_descriptors;

int sum(int a, int b) {
  return a + b;
}

/// What the future of a call throws that breaks its process.
std::string breakage(const future<void>& call) {
  try {
    call.result();
  } catch (const broken_executor& error) {
    return error.what();
  }
  return "it did not break";
}

std::string pid_of(const process_pool& pool) {
  return std::to_string(pool.worker_pids().at(0));
}

TEST(process_pool_deaths, a_killed_process_fails_its_call_by_pid_and_signal) {
  process_pool pool{{.size = 1, .name = "deaths"}};
  shared_gates gates;
  auto call = pool.submit(pass_gate, gates);
  gates.wait_until_begun();
  const std::string pid = pid_of(pool);
  ::kill(pool.worker_pids().at(0), SIGKILL);
  EXPECT_EQ(breakage(call),
            "process " + pid + " of process pool 'deaths' in this call: died with SIGKILL");
}

TEST(process_pool_deaths, a_sigterm_that_comes_to_all_leaves_the_end_to_the_pool) {
  process_pool pool{1};
  shared_gates gates;
  auto call = pool.submit(pass_gate, gates);
  gates.wait_until_begun();
  ::kill(pool.worker_pids().at(0), SIGTERM);
  gates.open();
  EXPECT_NO_THROW(call.result());
  EXPECT_EQ(pool.submit(sum, 40, 2).result(), 42);
}

TEST(process_pool_deaths, one_that_ends_by_itself_does_too) {
  process_pool pool{1};
  EXPECT_TRUE(
      breakage(pool.submit([] { std::_Exit(3); })).ends_with("in this call: exit status 3"));
  auto crash = [] {
    std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would report it
    std::raise(SIGSEGV);
  };
  EXPECT_TRUE(breakage(pool.submit(crash)).ends_with("in this call: died with SIGSEGV"));
  EXPECT_EQ(pool.submit(sum, 40, 2).result(), 42);
}

TEST(process_pool_deaths, the_other_calls_go_on_in_a_replacement) {
  process_pool pool{1};
  shared_gates gates;
  auto first = pool.submit(pass_gate, gates);
  std::vector<future<int>> all;
  for (int i = 0; i < 100; ++i) all.push_back(pool.submit(sum, i, i));
  gates.wait_until_begun();
  ::kill(pool.worker_pids().at(0), SIGKILL);
  EXPECT_THROW(first.result(), broken_executor);
  for (int i = 0; auto& each : all) {
    EXPECT_EQ(each.result(), i + i);
    ++i;
  }
}

TEST(process_pool_deaths, processes_that_cannot_even_start_break_the_pool) {
  process_pool pool{{.size = 1, .name = "stillborn"}, [] { std::_Exit(7); }};
  auto call = pool.submit(sum, 1, 1);
  try {
    call.result();
    FAIL();
  } catch (const broken_executor& error) {
    EXPECT_TRUE(std::string(error.what()).ends_with("did not even start: exit status 7"))
        << error.what();
  }
}

TEST(process_pool_deaths, kill_workers_ends_what_runs_and_cancels_the_rest) {
  process_pool pool{1};
  shared_gates gates;
  auto first = pool.submit(pass_gate, gates);
  auto second = pool.submit(sum, 1, 1);
  gates.wait_until_begun();
  pool.kill_workers();
  EXPECT_THROW(first.result(), broken_executor);
  EXPECT_THROW(second.result(), future_cancelled);
  EXPECT_THROW(pool.submit(sum, 1, 1), std::runtime_error);
}

TEST(process_pool_deaths, a_pool_that_is_unwound_does_not_wait_for_its_calls) {
  shared_gates gates;
  try {
    process_pool pool{1};
    auto call = pool.submit(pass_gate, gates);
    gates.wait_until_begun();
    throw std::runtime_error("the program goes elsewhere");
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the program goes elsewhere");
  }
}

// Of many short calls some are sent ahead to it, though nothing that it is sent is ever read.
TEST(process_pool_deaths, a_process_that_cannot_be_sent_to_is_replaced) {
  process_pool pool{{.size = 2, .name = "deaf"}};
  shared_gates gates;
  auto deaf = [](const shared_gates& mine) {
    ::shutdown(detail::pool_socket, SHUT_RD);
    mine.pass();
  };
  auto first = pool.submit(deaf, gates);
  gates.wait_until_begun();
  const std::string pid = pid_of(pool);
  for (int round = 0; round < 1'000 && !first.done(); ++round) {
    std::vector<future<int>> others;
    for (int i = 0; i < 100; ++i) others.push_back(pool.submit(sum, i, i));
    for (int i = 0; i < 100; ++i) ASSERT_EQ(others[static_cast<std::size_t>(i)].result(), i + i);
  }
  gates.open();
  EXPECT_EQ(breakage(first),
            "process " + pid + " of process pool 'deaf' in this call: died with SIGKILL");
}

TEST(process_pool_deaths, one_is_replaced_for_a_single_call_though_another_lives_and_is_busy) {
  for (const unsigned calls_max : {0U, 1U}) {
    process_pool pool{{.size = 2, .max_tasks_per_child = calls_max}};
    shared_gates gates;
    auto busy = pool.submit(pass_gate, gates);
    gates.wait_until_begun();
    auto last = calls_max == 1 ? pool.submit([] {}) : pool.submit([] { std::_Exit(1); });
    last.exception();
    EXPECT_EQ(pool.submit(sum, 1, 2).result(), 3);
    EXPECT_TRUE(busy.running());
    gates.open();
    busy.result();
  }
}

TEST(process_pool_deaths, a_kept_future_keeps_no_descriptors) {
  auto use = [](int calls) {
    std::vector<future<std::size_t>> kept;
    process_pool pool{2};
    for (int i = 0; i < calls; ++i) {
      auto size_of = [](const shared_block& block) { return block.bytes().size(); };
      kept.push_back(pool.submit(size_of, shared_block(100)));
      kept.back().result();
    }
    return kept;
  };
  use(1);
  const std::size_t before = open_descriptors();
  auto kept = use(20);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(kept.back().result(), 100U);
}

TEST(process_pool_deaths, neither_zombies_nor_descriptors_stay_behind) {
  auto use = [] {
    process_pool pool{2};
    shared_block block(100'000);
    std::vector<double> many(100'000);
    for (int i = 0; i < 20; ++i) {
      pool.submit([](shared_block mine, std::vector<double>) { return mine; }, block, many)
          .result();
      pool.submit([] { std::_Exit(1); }).exception();
    }
  };
  use();
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 3; ++i) use();
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

// ---- Ctrl-C ----

/// A program that is interrupted while its pool works; it tells the ids of its processes first.
const detail::process_role interrupted_program("interrupted", [](int, char**) {
  process_pool pool{2};
  shared_gates gates;
  auto first = pool.submit(pass_gate, gates);
  auto second = pool.submit(pass_gate, gates);
  gates.wait_until_begun();
  gates.wait_until_begun();
  const std::vector<int> pids = pool.worker_pids();
  [[maybe_unused]] ssize_t ignored = ::write(1, pids.data(), pids.size() * sizeof(int));
  first.result();
});

TEST(process_pool_deaths, ctrl_c_ends_everything) {
  auto output = make_pipe().value();
  const std::array<spawn_request::placement, 1> placed{{{.from = output.writer.get(), .to = 1}}};
  char name[] = "interrupted";
  char marker[] = "--pirn-process";
  char role[] = "interrupted";
  char* arguments[] = {name, marker, role, nullptr};
  auto program = spawn({.program = "/proc/self/exe",
                        .arguments = arguments,
                        .environment = ::environ,
                        .descriptors = placed,
                        .own_group = true})
                     .value();
  output.writer.reset();
  std::array<int, 2> pids{};
  ASSERT_EQ(::read(output.reader.get(), pids.data(), sizeof pids), sizeof pids);
  std::vector<unique_fd> workers;
  for (int pid : pids) workers.push_back(open_pidfd(pid));
  send_group_signal(program.pid, SIGINT);  // as a terminal does
  child_end end;
  ASSERT_EQ(reap_blocking(program.pidfd.get(), end), 1);
  EXPECT_EQ(end.how, child_end::kind::signalled);
  EXPECT_EQ(end.number, SIGINT);
  for (const unique_fd& each : workers) {
    EXPECT_NE(wait_until_ready(each.get(), poll_readable, std::nullopt), 0);  // it has ended
  }
}

}  // namespace
