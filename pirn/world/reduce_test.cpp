// A run that failed is cut down to what it takes to fail.
#include "pirn/world/reduce.hpp"

#include <algorithm>
#include <stdexcept>

#include "pirn/core/within.hpp"
#include "pirn/world/nemesis.hpp"
#include "pirn/world/programs_test.hpp"

namespace pirn {

namespace {

/// Fails when a crash and a cut meet.
void two_must_meet(world& w) {
  host& server = w.add_host("server", "10.0.0.1");
  host& client = w.add_host("client", "10.0.0.2");
  w.add_host("other", "10.0.0.3");
  server.boot(serve_echo);
  w.always("a server that is down is not cut off, too", [&] {
    return server.is_up() || !w.net()
                                  .line_between(client.net(), server.net())
                                  .is_blocked_by(sim::line::obstacle::cut);
  });
  nemesis trouble(w, {.active_for = 100s, .gap_max = 500ms});
  w.run_for(100s);
}

/// A client that takes a server for dead that does not answer for three seconds.
void gives_up_too_early(world& w) {
  w.add_host("server", "10.0.0.1").boot(serve_echo);
  w.add_host("client", "10.0.0.2").run([]() -> task<> {
    net::tcp_stream peer = co_await net::connect("server", 7);
    for (;;) {
      co_await peer.write_all("are you there?");
      lease answer = co_await timeout(3s, peer.read());
      co_await sleep_for(100ms);
    }
  });
  nemesis trouble(w, {.crashes = 0});
  w.run_for(60s);
}

std::uint64_t first_that_fails(const std::function<void(world&)>& scenario) {
  for (std::uint64_t seed = 1;; ++seed) {
    try {
      world w({.seed = seed});
      scenario(w);
    } catch (const world_failure&) {
      return seed;
    }
  }
}

}  // namespace

TEST(reduce, finds_the_two_faults_that_must_meet) {
  const std::uint64_t seed = first_that_fails(two_must_meet);
  const reduction found = reduce({.seed = seed}, two_must_meet);
  ASSERT_EQ(found.plan.faults.size(), 2U) << to_string(found.plan);
  EXPECT_GT(found.faults, 100U);
  EXPECT_TRUE(found.is_minimal);
  EXPECT_LT(found.runs, 200U);
  std::vector<std::string> kinds;
  for (const fault& each : found.plan.faults) kinds.push_back(describe(each));
  std::ranges::sort(kinds);
  EXPECT_EQ(kinds.front(), "crash of server");
  EXPECT_TRUE(kinds.back().starts_with("partition")) << kinds.back();
  EXPECT_NE(found.failure.find("a server that is down is not cut off, too"), std::string::npos);
}

TEST(reduce, what_it_finds_is_text_that_fails_again) {
  const std::uint64_t seed = first_that_fails(two_must_meet);
  const reduction found = reduce({.seed = seed}, two_must_meet);
  const fault_plan read = parse_fault_plan(to_string(found.plan));
  world w({.seed = seed, .faults = &read});
  try {
    two_must_meet(w);
    FAIL() << "seed " << seed << " with\n" << to_string(read) << "does not fail";
  } catch (const world_failure& failed) {
    EXPECT_EQ(failed.what(), found.failure);
  }
}

TEST(reduce, makes_faults_shorter_and_their_times_round) {
  const std::uint64_t seed = first_that_fails(gives_up_too_early);
  const reduction found = reduce({.seed = seed}, gives_up_too_early);
  ASSERT_EQ(found.plan.faults.size(), 1U) << to_string(found.plan);
  const fault& last = found.plan.faults.front();
  EXPECT_EQ(last.after % 1s, 0s) << to_string(last);
  EXPECT_EQ(last.lasts % 1ms, 0s) << to_string(last);
  EXPECT_NE(found.failure.find("the program client failed"), std::string::npos);
}

TEST(reduce, does_not_slip_into_another_failure) {
  const auto scenario = [](world& w) {
    host& one = w.add_host("one", "10.0.0.1");
    host& two = w.add_host("two", "10.0.0.2");
    one.boot(serve_echo);
    two.boot(serve_echo);
    w.always("one is never paused alone", [&] { return !one.is_paused() || two.is_paused(); });
    w.always("both are never paused", [&] { return !one.is_paused() || !two.is_paused(); });
    nemesis trouble(w, {});
    w.run_for(60s);
  };
  const fault_plan plan = parse_fault_plan(
      "1s for 3s: pause two\n"
      "2s for 1s: pause one\n"
      "9s for 1s: pause one\n");
  const reduction found = reduce({.faults = &plan}, scenario);
  EXPECT_EQ(found.plan.faults.size(), 2U) << to_string(found.plan);
  EXPECT_NE(found.failure.find("both are never paused"), std::string::npos) << found.failure;
}

TEST(reduce, a_failure_without_faults_needs_none) {
  const reduction found = reduce({.seed = 1}, [](world& w) {
    w.add_host("one", "10.0.0.1");
    w.add_host("two", "10.0.0.2").run([]() -> task<> {
      co_await sleep_for(30s);
      throw std::runtime_error("as ever");
    });
    nemesis trouble(w, {});
    w.run_for(60s);
  });
  EXPECT_TRUE(found.plan.faults.empty());
  EXPECT_TRUE(found.is_minimal);
  EXPECT_EQ(found.runs, 2U);
}

TEST(reduce, keeps_to_its_number_of_runs_and_tells_how_it_goes) {
  const std::uint64_t seed = first_that_fails(two_must_meet);
  std::size_t runs = 0;
  const auto counted = [&](world& w) {
    ++runs;
    two_must_meet(w);
  };
  std::vector<std::size_t> sizes;
  const reduction found = reduce({.seed = seed}, counted, {.runs_max = 6}, [&](const reduction& r) {
    sizes.push_back(r.plan.faults.size());
  });
  EXPECT_EQ(runs, 6U);
  EXPECT_EQ(found.runs, 6U);
  EXPECT_FALSE(found.is_minimal);
  EXPECT_EQ(sizes.front(), found.faults);
  EXPECT_EQ(sizes.back(), found.plan.faults.size());
  EXPECT_TRUE(std::ranges::is_sorted(sizes, std::greater<>{}));
}

TEST(reduce, what_does_not_fail_is_refused) {
  EXPECT_THROW(reduce({}, [](world&) {}), std::invalid_argument);
}

TEST(way_of_failing, is_without_where_and_when) {
  const auto way = [](const auto& error) { return way_of_failing(std::make_exception_ptr(error)); };
  const world_failure one({.seed = 1, .when = {}, .event = 7}, "it no longer holds that x < 10");
  const world_failure two({.seed = 2, .when = never, .event = 9}, "it no longer holds that x < 9");
  EXPECT_EQ(way(one), "pirn::world_failure: it no longer holds that x < #");
  EXPECT_EQ(way(one), way(two));
  const not_in_time late({.seed = 1, .when = {}, .event = 7}, "it has not come\nserver: waits");
  EXPECT_EQ(way(late), "pirn::not_in_time: it has not come");
  EXPECT_EQ(way(std::runtime_error("port 80 is taken")), "std::runtime_error: port # is taken");
  EXPECT_EQ(way(1), "int: an exception that is not a std::exception");
}

}  // namespace pirn
