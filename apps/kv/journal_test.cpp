// journal: what survives, and what a crash leaves of a write.
#include "journal.hpp"

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/world/world.hpp"

namespace pirn::apps::kv {

namespace {

entry some_entry(term_number term, std::string value) {
  entry made{.term = term, .what = {}};
  made.what.what = command::kind::write;
  made.what.key = "key";
  made.what.value = std::move(value);
  return made;
}

/// What the journal of a host has.
struct found {
  ballot last;
  std::vector<entry> entries;
};

task<> look(found* into) {
  journal opened = co_await journal::open("/journal");
  into->last = opened.saved_ballot();
  into->entries = opened.take_entries();
}

task<> write_then(bool sync, std::vector<entry> entries, log_index first) {
  journal opened = co_await journal::open("/journal");
  opened.add(ballot{.term = 3, .vote = 1});
  for (const entry& each : entries) opened.add(first++, each);
  co_await opened.flush(sync);
}

/// A host with a journal.
struct one_host {
  world w;
  host& home;

  explicit one_host(std::uint64_t seed = 1)
      : w({.seed = seed}), home(w.add_host("node", "10.0.0.1")) {}
  void write(bool sync, const std::vector<entry>& entries, log_index first) {
    home.run(write_then, sync, entries, first);
    w.run_until_quiet();
  }
  found after_crash() {
    home.crash();
    home.restart();
    return now();
  }
  found now() {
    found seen;
    home.run(look, &seen);
    w.run_until_quiet();
    return seen;
  }
};

}  // namespace

TEST(kv_journal, is_empty_at_first) {
  one_host one;
  EXPECT_EQ(one.now().last, ballot{});
  EXPECT_TRUE(one.now().entries.empty());
}

task<> write_text(std::string text) {
  io::file out = co_await io::open("/journal", {.write = true, .create = true});
  co_await out.write_all(std::as_bytes(std::span(text)));
  co_await out.sync();
  co_await out.close();
}

TEST(kv_journal, another_file_is_refused_and_stays_as_it_is) {
  one_host one;
  one.home.run(write_text, "Dear diary, today nothing was committed.");
  one.w.run_until_quiet();
  std::string refused;
  auto try_open = [&refused]() -> task<> {
    try {
      static_cast<void>(co_await journal::open("/journal"));
    } catch (const std::runtime_error& error) {
      refused = error.what();
    }
  };
  one.home.run(try_open);
  one.w.run_until_quiet();
  EXPECT_EQ(refused, "journal /journal: holds something else, or is damaged from its beginning on");
  EXPECT_EQ(one.home.disk().text_of("/journal"), "Dear diary, today nothing was committed.");
}

TEST(kv_journal, what_was_synced_survives_a_crash) {
  const std::vector<entry> all{some_entry(1, "a"), some_entry(2, "b")};
  one_host one;
  one.write(true, all, 1);
  const found seen = one.after_crash();
  EXPECT_EQ(seen.last, (ballot{.term = 3, .vote = 1}));
  EXPECT_EQ(seen.entries, all);
}

TEST(kv_journal, an_entry_in_a_place_that_is_taken_replaces_what_is_behind_it_too) {
  one_host one;
  one.write(true, {some_entry(1, "a"), some_entry(1, "b"), some_entry(1, "c")}, 1);
  one.write(true, {some_entry(2, "d")}, 2);
  EXPECT_EQ(one.after_crash().entries, (std::vector{some_entry(1, "a"), some_entry(2, "d")}));
}

TEST(kv_journal, of_what_was_not_synced_whole_records_remain_or_none_and_what_follows_is_sound) {
  const std::string long_text(2000, 'x');  // over several sectors
  const std::vector<entry> lost{some_entry(2, long_text), some_entry(2, "small")};
  bool some_remained = false;
  bool some_went = false;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    one_host one(seed);
    one.write(true, {some_entry(1, "kept")}, 1);
    one.write(false, lost, 2);
    const std::vector<entry> seen = one.after_crash().entries;
    ASSERT_GE(seen.size(), 1U) << "seed " << seed;
    EXPECT_EQ(seen[0], some_entry(1, "kept")) << "seed " << seed;
    for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(seen[i], lost[i - 1]);
    some_remained |= seen.size() > 1;
    some_went |= seen.size() == 1;
    one.write(true, {some_entry(4, "next")}, seen.size() + 1);
    EXPECT_EQ(one.after_crash().entries.size(), seen.size() + 1) << "seed " << seed;
  }
  EXPECT_TRUE(some_remained);
  EXPECT_TRUE(some_went);
}

}  // namespace pirn::apps::kv
