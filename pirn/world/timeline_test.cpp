// A run as a trace: who, what, when; and watching changes nothing.
#include "pirn/world/timeline.hpp"

#include <algorithm>
#include <set>

#include "pirn/world/nemesis.hpp"
#include "pirn/world/programs_test.hpp"

namespace pirn {

namespace {

std::size_t count_of(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

/// Events are lines.
std::vector<std::string> lines_with(const std::string& json, std::string_view what) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t end = std::min(json.find('\n', at), json.size());
    const std::string line = json.substr(at, end - at);
    if (line.find(what) != line.npos) found.push_back(line);
    at = end + 1;
  }
  return found;
}

/// One word goes from a client to its echo, where it is at 15 ms, and back.
void one_word(world& w) {
  w.add_host("server", "10.0.0.1").boot(serve_echo);
  heard told;
  w.add_host("client", "10.0.0.2").run(converse, std::string("server"), 1, duration(0s), &told);
  w.run_until_quiet();
  EXPECT_EQ(told.count(), 1U);
}

constexpr world_options slow{.network = {.way = {.latency = 5ms}}};

void under_faults(world& w) {
  w.add_host("the \"server\"", "10.0.0.1").boot(serve_echo);
  host& client = w.add_host("client", "10.0.0.2");
  heard told;
  client.run(converse, std::string("the \"server\""), 50, duration(1s), &told);
  nemesis trouble(w, {.active_for = 30s, .clock_jumps = 1});
  w.run_for(60s);
  throw world_failure(w.moment(), "this \\ is\nnot right");
}

}  // namespace

TEST(timeline, has_the_hosts_their_turns_and_their_messages) {
  const std::string json = timeline_of(slow, one_word);
  for (const char* name : {"faults", "server", "client"}) {
    EXPECT_EQ(lines_with(json, R"("process_name","args":{"name":")" + std::string(name)).size(),
              1U);
  }
  EXPECT_EQ(lines_with(json, R"("what":"data","bytes":1)").size(), 2U);
  const std::vector<std::string> asked = lines_with(json, "data 1 from client");
  ASSERT_EQ(asked.size(), 1U) << json;
  EXPECT_TRUE(asked.front().starts_with(R"({"ts":15000.000,"ph":"X","pid":2,"tid":22)"))
      << asked.front();
  EXPECT_EQ(lines_with(json, "data 1 to client"), asked) << "answered at once";
  EXPECT_GE(lines_with(json, R"("tid":21,"dur":)").size(), 2U) << "turns of the server";
  EXPECT_EQ(count_of(json, R"("ph":"s")"), count_of(json, R"("ph":"f")"));
  EXPECT_GE(count_of(json, R"("ph":"s")"), 5U) << "SYN, SYN-ACK, ACK, a word, an answer, FINs";
}

TEST(timeline, has_the_faults_and_the_failure) {
  const std::string json = timeline_of({.seed = 3}, under_faults);
  EXPECT_EQ(count_of(json, R"("cat":"fault")"), 2 * count_of(json, R"("args":{"line":)"));
  EXPECT_GT(count_of(json, R"("args":{"line":)"), 20U);
  EXPECT_EQ(lines_with(json, R"("name":"crash")").size(),
            lines_with(json, R"("name":"crash of)").size() / 2);
  const std::vector<std::string> failure = lines_with(json, R"("s":"g")");
  ASSERT_EQ(failure.size(), 1U);
  EXPECT_TRUE(failure.front().starts_with(R"({"ts":60000000.000,"ph":"i")")) << failure.front();
  EXPECT_NE(failure.front().find(R"(this \\ is","args")"), std::string::npos) << failure.front();
  EXPECT_NE(failure.front().find(R"(is\u000anot right)"), std::string::npos) << failure.front();
  EXPECT_NE(json.find(R"("seed":3,)"), std::string::npos);
}

TEST(timeline, watching_changes_nothing) {
  std::set<std::uint64_t> hashes;
  timeline seen;
  for (timeline* watcher : {static_cast<timeline*>(nullptr), &seen}) {
    world w({.seed = 3});
    if (watcher != nullptr) watcher->watch(w);
    EXPECT_THROW(under_faults(w), world_failure);
    hashes.insert(w.decision_hash());
  }
  EXPECT_EQ(hashes.size(), 1U);
}

TEST(timeline, a_failure_before_there_is_a_world_is_written_too) {
  timeline seen;
  seen.failed("no world");
  const std::string json = seen.json();
  EXPECT_EQ(lines_with(json, R"("name":"failure: no world")").size(), 1U) << json;
}

TEST(timeline_death, is_of_one_world) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  timeline seen;
  world first;
  seen.watch(first);
  seen.watch(first);
  world second;
  EXPECT_DEATH(seen.watch(second), "a timeline is of one world");
  first.watch(nullptr);
}

TEST(timeline, keeps_the_end_of_a_long_run) {
  const std::string json = timeline_of({.seed = 3}, under_faults, {.kept_max = 10});
  EXPECT_EQ(count_of(json, R"("ph":"s")"), 10U);
  EXPECT_EQ(json.find(R"("turns and messages left out":0)"), std::string::npos);
  EXPECT_NE(timeline_of(slow, one_word).find(R"("turns and messages left out":0)"),
            std::string::npos);
}

TEST(timeline, datagrams_are_messages_too) {
  const std::string json = timeline_of(slow, [](world& w) {
    w.add_host("server", "10.0.0.1").run(serve_udp_echo);
    w.add_host("client", "10.0.0.2").run([]() -> task<> {
      net::udp_socket here(endpoint::ipv4({}, 0));
      std::array<std::byte, 10> room;
      co_await here.send_to("hello", *endpoint::parse("10.0.0.1:7"));
      net::datagram_info got = co_await here.receive_from(room);
      EXPECT_EQ(got.size_bytes, 5U);
    });
    w.run_until_quiet();
  });
  EXPECT_EQ(lines_with(json, R"("what":"datagram","bytes":5)").size(), 2U) << json;
}

}  // namespace pirn
