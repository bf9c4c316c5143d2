// process_pool: values that fail on their way there or back fail their call, and nothing else.
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/process/process_pool.hpp"

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

class process_pool_travel : public testing::Test {
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

}  // namespace
