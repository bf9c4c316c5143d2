// A plan of faults is text that reads back; what is drawn keeps to its policy.
#include "pirn/world/fault_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

#include "pirn/world/fault_policy.hpp"

namespace pirn {

using namespace std::chrono_literals;

namespace {

const std::vector<std::string> five{"a", "b", "c", "d", "client 1"};

/// Every kind, often.
constexpr fault_policy everything{.gap_max = 500ms,
                                  .full_disks = 1,
                                  .failing_disks = 1,
                                  .clock_jumps = 1,
                                  .drifts = 1,
                                  .down_max = 3};

std::string error_of(std::string_view text) {
  try {
    parse_fault_plan(text);
  } catch (const std::invalid_argument& wrong) {
    return wrong.what();
  }
  return "";
}

/// The fewest hosts of a group without which, at that moment, the others are up and hear each
/// other; tried out.
std::size_t fewest_out(const fault_plan& plan, const std::vector<std::string>& group, duration at) {
  std::size_t fewest = group.size();
  for (unsigned without = 0; without < 1U << group.size(); ++without) {
    const auto is_left = [&](const std::string& name) {
      const auto place = std::ranges::find(group, name);
      return place != group.end() && (without >> (place - group.begin()) & 1) == 0;
    };
    const bool all_is_well = std::ranges::none_of(plan.faults, [&](const fault& each) {
      using enum fault_kind;
      static const std::set<fault_kind> harmless{bad_way, slow_disk, clock_jump, drift};
      if (at < each.after || at >= each.end() || harmless.contains(each.kind)) return false;
      return is_left(each.one) && (!is_of_way(each.kind) || is_left(each.other));
    });
    if (all_is_well) {
      fewest = std::min(fewest, static_cast<std::size_t>(std::popcount(without)));
    }
  }
  return fewest;
}

std::size_t most_out(const fault_plan& plan, const std::vector<std::string>& group) {
  std::size_t most = 0;
  for (const fault& each : plan.faults) most = std::max(most, fewest_out(plan, group, each.after));
  return most;
}

}  // namespace

TEST(fault_plan, of_every_kind_is_read_back_from_its_text) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const fault_plan drawn = draw_faults(everything, five, random_source(seed));
    const std::string text = to_string(drawn);
    const fault_plan read = parse_fault_plan(text);
    EXPECT_EQ(read, drawn) << "seed " << seed << "\n" << text;
    EXPECT_EQ(to_string(read), text);
    std::set<fault_kind> kinds;
    for (const fault& each : drawn.faults) kinds.insert(each.kind);
    EXPECT_EQ(kinds.size(), 11U) << text;
  }
}

TEST(fault_plan, a_line_says_all_that_its_kind_has) {
  const fault slow{.after = 12s + 500ms,
                   .lasts = 1ns,
                   .kind = fault_kind::slow_disk,
                   .one = "the \"big\" server",
                   .other = {},
                   .disk_delay = 300ms};
  EXPECT_EQ(to_string(slow),
            R"(12.5s for 0.000000001s: slow-disk "the \"big\" server" delay 0.3s)");
  const fault lossy{.kind = fault_kind::bad_way,
                    .one = "a",
                    .other = "b",
                    .way = {.latency = 20ms, .bandwidth_bytes_per_second = 1000, .loss = 0.1}};
  EXPECT_EQ(to_string(lossy), "0s for 0s: bad-way a b latency 0.02s bandwidth 1000 loss 0.1");
  const fault_plan read = parse_fault_plan(to_string(slow) + "\n" + to_string(lossy));
  EXPECT_EQ(read.faults, (std::vector{lossy, slow})) << "in the order of time";
}

TEST(fault_plan, remarks_and_spaces_do_not_matter) {
  const fault_plan read = parse_fault_plan(
      "# seed 7\n\n  1s for  2s:\tcrash \"a\"  # why not\r\n0.25s for 1s: drift b ppm -500");
  EXPECT_EQ(to_string(read), "0.25s for 1s: drift b ppm -500\n1s for 2s: crash a\n");
}

TEST(fault_plan, what_is_no_plan_is_told_with_its_line) {
  EXPECT_EQ(error_of("1s for 2s: crash a\n1s for 2s: crush a\n"),
            "line 2: no kind of fault is called 'crush'; there are partition, one-way-partition, "
            "clog, bad-way, pause, crash, slow-disk, full-disk, failing-disk, clock-jump, drift");
  EXPECT_EQ(error_of("1 for 2s: crash a"), "line 1: '1' is no length of time, such as 1.5s");
  EXPECT_EQ(error_of("1s for 2s crash a"), "line 1: '2s' is no length of time, such as 1.5s:");
  EXPECT_EQ(error_of("\n\n1s in 2s: crash a"), "line 3: 'in' stands where 'for' should be");
  EXPECT_EQ(error_of("1s for 2s: clog a"), "line 1: it ends where the other host's name should be");
  EXPECT_EQ(error_of("1s for 2s: clog a a"), "line 1: a way is between two hosts");
  EXPECT_EQ(error_of("1s for 2s: crash \"a"), "line 1: a quoted name does not end");
  EXPECT_EQ(error_of("1s for 2s: crash a delay 1s"), "line 1: a crash has nothing called 'delay'");
  EXPECT_EQ(error_of("1s for 2s: drift a ppm much"),
            "line 1: 'much' is no number that can stand here");
  EXPECT_EQ(error_of("1s for 2s: bad-way a b loss 1.5"), "line 1: a chance is from 0 to 1");
  EXPECT_EQ(error_of("1s for 2s: drift a ppm 1000000"),
            "line 1: a clock neither stands nor goes twice as fast");
  EXPECT_EQ(error_of("1s for 2s: crash \"\""),
            "line 1: a host's name is not empty and has no control characters");
  for (const char* time :
       {"-1s", ".5s", "1.s", "1.0000000001s", "99999999999s", "s", "1e3s", "1"}) {
    EXPECT_NE(error_of(std::string(time) + " for 1s: crash a"), "") << time;
  }
}

TEST(fault_plan, a_detail_is_said_once_and_what_a_kind_is_about_at_least_once) {
  EXPECT_EQ(error_of("1s for 2s: slow-disk a"), "line 1: a slow-disk has to say 'delay'");
  EXPECT_EQ(error_of("1s for 2s: failing-disk a"), "line 1: a failing-disk has to say 'chance'");
  EXPECT_EQ(error_of("1s for 0s: clock-jump a"), "line 1: a clock-jump has to say 'ahead'");
  EXPECT_EQ(error_of("1s for 2s: drift a"), "line 1: a drift has to say 'ppm'");
  EXPECT_EQ(error_of("1s for 2s: drift a ppm 5 ppm 6"), "line 1: 'ppm' is said twice");
  const fault slow{.kind = fault_kind::slow_disk, .one = "a", .other = {}};
  EXPECT_EQ(to_string(slow), "0s for 0s: slow-disk a delay 0s");
  EXPECT_EQ(parse_fault_plan(to_string(slow)).faults.front(), slow);
}

TEST(fault_plan, the_longest_fault_is_read_back_and_has_an_end) {
  const fault crash{
      .after = 1s, .lasts = forever, .kind = fault_kind::crash, .one = "a", .other = {}};
  EXPECT_EQ(to_string(crash), "1s for 9223372036.854775807s: crash a");
  EXPECT_EQ(parse_fault_plan(to_string(crash)).faults.front().lasts, forever);
  EXPECT_EQ(crash.end(), forever);
  EXPECT_NE(error_of("9223372036.854775808s for 1s: crash a"), "");
}

TEST(fault_plan, other_hosts_than_there_are_are_told_with_their_line) {
  constexpr std::string_view hosts[] = {"a", "b"};
  const auto error_for = [&](std::string_view text) -> std::string {
    try {
      parse_fault_plan(text, hosts);
    } catch (const std::invalid_argument& wrong) {
      return wrong.what();
    }
    return "";
  };
  EXPECT_EQ(error_for("1s for 2s: crash a\n0s for 2s: clog b a"), "");
  EXPECT_EQ(error_for("1s for 2s: crash a\n0s for 2s: crash A"),
            "line 2: there is no host 'A'; there are a, b");
  EXPECT_EQ(error_for("\n1s for 2s: clog a c"), "line 2: there is no host 'c'; there are a, b");
}

TEST(fault_plan, what_cannot_be_is_said) {
  const fault usual{.after = 1s, .lasts = 1s, .kind = fault_kind::crash, .one = "a", .other = "b"};
  EXPECT_EQ(problem_of(usual), "");
  const auto problem_with = [&usual](auto&& change) {
    fault wrong = usual;
    change(wrong);
    return problem_of(wrong);
  };
  using enum fault_kind;
  EXPECT_NE(problem_with([](fault& f) { f.after = -1ns; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.lasts = -1ns; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.one = "two\nlines"; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.one = ""; }), "");
  EXPECT_EQ(problem_with([](fault& f) { f.other = "a"; }), "") << "a crash has one host";
  EXPECT_NE(problem_with([](fault& f) { f.kind = clog, f.other = "a"; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.kind = clog, f.other = ""; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.kind = slow_disk, f.disk_delay = -1s; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.kind = failing_disk, f.disk_failure = 1.5; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.kind = clock_jump, f.ahead = -1s; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.kind = drift, f.drift_ppm = INT32_MIN; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.kind = bad_way, f.way.latency = -1s; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.kind = bad_way, f.way.tail = forever; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.kind = bad_way, f.way.loss = 1; }), "");
  EXPECT_NE(problem_with([](fault& f) { f.kind = bad_way, f.way.duplication = NAN; }), "");
}

TEST(draw_faults, equal_seeds_draw_equal_plans_and_others_do_not) {
  const auto drawn = [](std::uint64_t seed) {
    return to_string(draw_faults(everything, five, random_source(seed)));
  };
  EXPECT_EQ(drawn(1), drawn(1));
  EXPECT_NE(drawn(1), drawn(2));
}

TEST(draw_faults, keeps_to_its_times) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const fault_plan drawn = draw_faults({.active_for = 20s, .gap_max = 100ms, .lasts_max = 2s},
                                         five, random_source(seed));
    EXPECT_GT(drawn.faults.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(drawn.faults, {}, &fault::after));
    for (const fault& each : drawn.faults) {
      EXPECT_LE(each.lasts, 2s);
      EXPECT_LE(each.end(), 20s);
    }
  }
}

TEST(draw_faults, of_faults_that_exclude_each_other_one_is_left_out) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const fault_plan drawn = draw_faults(everything, five, random_source(seed));
    for (const fault& one : drawn.faults) {
      for (const fault& other : drawn.faults) {
        if (&one >= &other || other.after >= one.end()) continue;
        EXPECT_FALSE(exclude_each_other(one, other)) << to_string(one) << "\n" << to_string(other);
      }
    }
  }
}

TEST(draw_faults, of_a_group_only_so_many_are_out_at_a_time) {
  constexpr std::string_view nodes[] = {"a", "b", "c"};
  const std::vector<std::string> names(std::begin(nodes), std::end(nodes));
  std::size_t without_a_say = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    fault_policy policy = everything;
    without_a_say += most_out(draw_faults(policy, five, random_source(seed)), names) > 1;
    for (unsigned most : {0U, 1U, 2U}) {
      const fault_group groups[] = {{.hosts = nodes, .out_max = most}};
      policy.groups = groups;
      EXPECT_EQ(most_out(draw_faults(policy, five, random_source(seed)), names), most)
          << "seed " << seed;
    }
  }
  EXPECT_GT(without_a_say, 90U);
}

TEST(draw_faults, a_policy_of_which_no_plan_can_be_drawn_is_refused) {
  const auto refuses = [](const fault_policy& policy) {
    EXPECT_THROW(draw_faults(policy, five, random_source(1)), std::invalid_argument);
  };
  refuses({.active_for = forever});
  refuses({.active_for = 60s, .gap_max = 0s});
  refuses({.active_for = 24h * 365});
  refuses({.active_for = -1s});
  refuses({.lasts_max = -1s});
  refuses({.disk_failure = 2});
  refuses({.drift_max_ppm = 1'000'000});
  refuses({.drift_max_ppm = -1});
  refuses({.bad_way = {.loss = 1.5}});
}

TEST(draw_faults, a_group_of_unknown_hosts_is_refused) {
  constexpr std::string_view nodes[] = {"a", "nobody"};
  const fault_group groups[] = {{.hosts = nodes}};
  EXPECT_THROW(draw_faults({.groups = groups}, five, random_source(1)), std::invalid_argument);
}

}  // namespace pirn
