// process_pool: values that fail on their way there or back fail their call, and nothing else.
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pirn/base/scope_guard.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/process/process_pool.hpp"
#include "pirn/process/shared_block.hpp"
#include "pirn/remote/types.hpp"

namespace {

using namespace pirn;

enum class fault : std::uint8_t { none, throws, exits, crashes };

void act(fault what) {
  switch (what) {
    case fault::none:
      return;
    case fault::throws:
      throw std::domain_error("it does not travel");
    case fault::exits:
      std::_Exit(3);
    case fault::crashes:
      std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would report it
      std::raise(SIGSEGV);
  }
}

struct faults {
  fault write_at_home = fault::none;
  fault read_away = fault::none;
  fault write_away = fault::none;
  fault read_at_home = fault::none;
};

/// A value that fails where it is told to: when it is written or read, at home or away.
class awkward {
 public:
  awkward() = default;
  explicit awkward(faults where, int home = ::getpid()) : faults_(where), home_(home) {}

  template <class Archive>
  void serialize(Archive& archive) {
    archive(faults_.write_at_home, faults_.read_away, faults_.write_away, faults_.read_at_home,
            home_);
    const bool at_home = home_ == ::getpid();
    if constexpr (Archive::is_saving::value) {
      act(at_home ? faults_.write_at_home : faults_.write_away);
    } else {
      act(at_home ? faults_.read_at_home : faults_.read_away);
    }
  }

 private:
  faults faults_;
  int home_ = 0;
};

constexpr auto take = [](const awkward&) { return 42; };
constexpr auto give = [](fault written, fault read, int home) {
  return awkward({.write_away = written, .read_at_home = read}, home);
};
constexpr auto twice = [](int number) { return 2 * number; };

class process_pool_travel : public ::testing::Test {
 protected:
  ~process_pool_travel() override {
    EXPECT_EQ(pool.submit(twice, 21).result(), 42);  // whatever was before
  }
  template <class Call>
  std::string broken(const Call& call) {
    try {
      call.result();
    } catch (const broken_executor& error) {
      return error.what();
    }
    return "it did not break";
  }
  auto take_with(faults where) { return pool.submit(take, awkward(where)); }
  auto give_with(fault written, fault read) { return pool.submit(give, written, read, ::getpid()); }

  process_pool pool{2};
};

TEST_F(process_pool_travel, all_is_well_without_faults) {
  EXPECT_EQ(take_with({}).result(), 42);
  EXPECT_NO_THROW(give_with(fault::none, fault::none).result());
}

TEST_F(process_pool_travel, an_argument_that_cannot_be_written_is_refused_at_submit) {
  EXPECT_THROW(take_with({.write_at_home = fault::throws}), std::domain_error);
}

TEST_F(process_pool_travel, an_argument_that_cannot_be_read_fails_its_call) {
  EXPECT_THROW(take_with({.read_away = fault::throws}).result(), std::domain_error);
}

TEST_F(process_pool_travel, an_argument_that_ends_the_process_fails_its_call) {
  EXPECT_TRUE(broken(take_with({.read_away = fault::exits})).ends_with("exit status 3"));
  EXPECT_TRUE(broken(take_with({.read_away = fault::crashes})).ends_with("died with SIGSEGV"));
}

TEST_F(process_pool_travel, a_result_that_cannot_be_written_fails_its_call) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_THROW(give_with(fault::throws, fault::none).result(), std::domain_error);
  }
}

TEST_F(process_pool_travel, a_result_that_ends_the_process_fails_its_call) {
  EXPECT_TRUE(broken(give_with(fault::exits, fault::none)).ends_with("exit status 3"));
  EXPECT_TRUE(broken(give_with(fault::crashes, fault::none)).ends_with("died with SIGSEGV"));
}

TEST_F(process_pool_travel, a_result_that_cannot_be_read_fails_its_call) {
  EXPECT_THROW(give_with(fault::none, fault::throws).result(), std::domain_error);
}

TEST_F(process_pool_travel, a_failure_of_some_size_arrives_for_each_call) {
  auto fail = [](int) { throw std::runtime_error(std::string(1'000'000, 'x')); };
  std::vector<future<void>> all;
  for (int i = 0; i < 4; ++i) all.push_back(pool.submit(fail, i));
  for (auto& each : all) {
    try {
      each.result();
      ADD_FAILURE() << "it did not fail";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string_view(error.what()).size(), 1'000'000U);
    }
  }
}

TEST(process_pool_shutdown, a_process_that_dies_meanwhile_does_not_hold_it_up) {
  process_pool pool{2};
  auto crash = pool.submit([] { std::_Exit(3); });
  auto good = pool.submit(twice, 21);
  pool.shutdown();
  EXPECT_THROW(crash.result(), broken_executor);
  EXPECT_EQ(good.result(), 42);
}

TEST(process_pool_shutdown, processes_that_live_for_one_call_make_all_that_was_submitted) {
  process_pool pool{{.size = 3, .max_tasks_per_child = 1}};
  std::vector<future<int>> all;
  for (int i = 0; i < 6; ++i) all.push_back(pool.submit(twice, i));
  pool.shutdown();
  for (int i = 0; auto& each : all) EXPECT_EQ(each.result(), 2 * i++);
}

// ---- Descriptors for which there is no room ----

std::vector<shared_block> blocks(int count) {
  return std::vector<shared_block>(static_cast<std::size_t>(count), shared_block(100));
}

constexpr auto count_of = [](const std::vector<shared_block>& given) { return given.size(); };

/// Leaves this process some free descriptors, but fewer than `lots`; for the scope's time.
class few_descriptors {
 public:
  static constexpr int lots = 50;

  few_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const unique_fd lowest_free(::dup(STDIN_FILENO));
    const rlimit few{.rlim_cur = static_cast<rlim_t>(lowest_free.get()) + lots / 5,
                     .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  few_descriptors(few_descriptors&&) = delete;  // a scope
  ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// Processes that are started while this variable is set have few from their beginning.
constexpr const char* poor_from_birth = "PIRN_TEST_FEW_DESCRIPTORS";
const auto in_such_a_process =
    ::getenv(poor_from_birth) != nullptr ? std::make_unique<few_descriptors>() : nullptr;

TEST(process_pool_descriptors,
     a_call_with_more_than_a_process_may_have_fails_and_the_next_goes_on) {
  ::setenv(poor_from_birth, "1", 1);
  const scope_exit unset([] { ::unsetenv(poor_from_birth); });
  process_pool pool{1};
  for (int i = 0; i < 2; ++i) {
    auto next = pool.submit(count_of, blocks(3));
    try {
      pool.submit(count_of, blocks(few_descriptors::lots)).result();
      ADD_FAILURE() << "it had room";
    } catch (const std::system_error& error) {
      EXPECT_STREQ(error.what(), "pass the descriptors of a call: Too many open files");
    }
    EXPECT_EQ(next.result(), 3U);
    EXPECT_EQ(pool.submit(count_of, blocks(2)).result(), 2U);
  }
}

TEST(process_pool_descriptors, a_call_is_made_by_another_process_when_the_first_has_too_many_open) {
  process_pool pool({.size = 1}, [] { static const few_descriptors for_good; });
  auto hoard = [] {
    while (::dup(STDIN_FILENO) >= 0) {
    }
    return ::getpid();
  };
  const int hoarder = pool.submit(hoard).result();
  EXPECT_EQ(pool.submit(count_of, blocks(3)).result(), 3U);
  EXPECT_NE(pool.worker_pids().at(0), hoarder);
}

TEST(process_pool_descriptors, a_result_that_finds_no_room_here_fails_its_call_and_no_other) {
  process_pool pool{1};
  EXPECT_EQ(pool.submit(blocks, 3).result().size(), 3U);
  const std::vector<int> before = pool.worker_pids();
  {
    const few_descriptors here;
    std::vector<future<int>> beside;
    for (int i = 0; i < 10; ++i) beside.push_back(pool.submit(twice, i));
    auto many = pool.submit(blocks, few_descriptors::lots);
    for (int i = 10; i < 20; ++i) beside.push_back(pool.submit(twice, i));
    try {
      many.result();
      ADD_FAILURE() << "it had room";
    } catch (const std::system_error& error) {
      EXPECT_STREQ(error.what(), "receive the descriptors of a result: Too many open files");
    }
    for (int i = 0; auto& each : beside) EXPECT_EQ(each.result(), 2 * i++);
  }
  EXPECT_EQ(pool.submit(blocks, 3).result().size(), 3U);
  EXPECT_EQ(pool.worker_pids(), before);
}

// ---- Results that the process cannot send ----

/// The error of a call whose result cannot be sent, after which its process makes another call.
std::string error_of(process_pool& pool, const future<std::vector<shared_block>>& call) {
  const std::vector<int> before = pool.worker_pids();
  std::string what = "there was none";
  try {
    call.result();
  } catch (const std::system_error& error) {
    what = error.what();
  }
  EXPECT_EQ(pool.submit([] { return ::getpid(); }).result(), before.at(0));
  return what;
}

TEST(process_pool_results, a_result_with_too_many_descriptors_is_an_error_of_its_call) {
  process_pool pool{1};
  EXPECT_EQ(pool.submit(blocks, 3).result().size(), 3U);
  EXPECT_EQ(error_of(pool, pool.submit(blocks, 300)),
            "pass descriptors with one message: Too many open files");
}

TEST(process_pool_results, a_result_that_finds_no_descriptor_free_is_an_error_of_its_call) {
  process_pool pool{1};
  // UBSan needs a pipe where it meets a type for the first time: here it still gets one.
  for (const bool is_system : {true, false}) {
    auto fail = [](bool system) {
      const auto& category = system ? std::system_category() : std::generic_category();
      throw std::system_error(EMFILE, category, "first seen");
    };
    EXPECT_THROW(pool.submit(fail, is_system).result(), std::system_error);
  }
  auto poor = [](std::string text) {
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_NOFILE, &none);
    return text;
  };
  EXPECT_THROW(pool.submit(poor, std::string(100'000, 'x')).result(), std::system_error);
  EXPECT_EQ(pool.submit([] { return 2; }).result(), 2);
}

}  // namespace
