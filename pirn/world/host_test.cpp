// host: power, pauses, and what others see of them.
#include "pirn/world/host.hpp"

#include <system_error>

#include "pirn/core/within.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/io/file.hpp"
#include "pirn/platform/blocking_files.hpp"
#include "pirn/platform/kernel_files.hpp"
#include "pirn/world/programs_test.hpp"

namespace pirn {

TEST(host, the_peers_of_a_crashed_host_hear_nothing_and_of_a_restarted_one_a_reset) {
  two_hosts o;
  heard told;
  o.client.run(converse, std::string("server"), 100, duration(1s), &told);
  o.w.run_for(2500ms);
  EXPECT_EQ(told.count(), 3U);
  o.server.crash();
  EXPECT_FALSE(o.server.is_up());
  o.w.run_for(60s);
  EXPECT_EQ(told.error, "") << "it waits for an answer, and TCP for an acknowledgement";
  o.server.restart();
  o.w.run_for(120s);
  EXPECT_EQ(told.error, "Connection reset by peer");
  EXPECT_EQ(told.count(), 3U);
  heard again;
  o.client.run(converse, std::string("server"), 2, duration(1s), &again);
  o.w.run_for(10s);
  EXPECT_EQ(again.count(), 2U);
}

TEST(host, who_only_listens_to_a_crashed_host_never_learns_of_it) {
  two_hosts o;
  bool has_ended = false;
  o.client.run([&has_ended]() -> task<> {
    net::tcp_stream peer = co_await net::connect("server", 7);
    co_await peer.write_all("x");
    lease answer = co_await peer.read();
    lease never_comes = co_await peer.read();
    has_ended = true;
  });
  o.w.run_for(1s);
  o.server.crash();
  o.server.restart();
  o.w.run_for(1h);
  EXPECT_FALSE(has_ended);
}

TEST(host, nothing_that_a_crashed_host_does_in_its_end_gets_out) {
  two_hosts o;
  std::string server_heard;
  o.server.restart([&server_heard]() -> task<> {
    co_await net::serve(net::any(7), [&server_heard](net::tcp_stream peer) -> task<> {
      for (;;) {
        lease chunk = co_await peer.read();
        if (chunk.empty()) {
          server_heard += "<end>";
          co_return;
        }
        server_heard += chunk.text();
      }
    });
  });
  bool cleaned_up = false;
  o.client.run([&cleaned_up]() -> task<> {
    net::tcp_stream peer = co_await net::connect("server", 7);
    co_await peer.write_all("hello");
    const auto wait = []() -> task<> { co_await sleep_for(1h); };
    const auto clean_up = [&peer, &cleaned_up]() -> task<> {
      try {
        co_await peer.write_all("good bye");
      } catch (const std::system_error&) {
      }
      co_await sleep_for(5s);  // as if there were a grace time
      cleaned_up = true;
    };
    co_await finally(wait(), clean_up());
  });
  o.w.run_for(1s);
  o.client.crash();
  EXPECT_EQ(o.client.running_programs(), 0U);
  EXPECT_TRUE(o.client.programs().front()->has_crashed());
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(server_heard, "hello");
  EXPECT_FALSE(cleaned_up) << "time does not go on for it";
}

TEST(host, what_was_on_its_way_when_a_host_crashed_arrives) {
  two_hosts o;
  heard told;
  o.client.run(converse, std::string("server"), 1, duration(0s), &told);
  o.w.run_for(35ms);  // the answer left at 30 ms
  o.server.crash();
  o.w.run_for(1s);
  EXPECT_EQ(told.count(), 1U);
}

TEST(host, a_host_can_crash_at_any_moment_of_a_conversation) {
  const auto converse_for_a_minute = [](heard* told) -> task<> {
    task<> all = converse("server", 5, 10ms, told);
    auto done = co_await move_on_after(1min, std::move(all));
    if (!done && told->error.empty()) told->error = "silence";
  };
  for (duration moment = 0ms; moment < 150ms; moment += 5ms) {
    for (const bool is_server : {true, false}) {
      two_hosts o;
      heard told;
      o.client.boot(converse_for_a_minute, &told);
      o.w.run_for(moment);
      (is_server ? o.server : o.client).restart();
      EXPECT_TRUE(o.w.run_until_quiet());
      EXPECT_EQ(o.client.running_programs(), 0U);
      EXPECT_EQ(o.client.sockets(), 0U);
      EXPECT_TRUE(told.count() >= 5 || !told.error.empty()) << moment.count();
    }
  }
}

TEST(host, a_restarted_host_may_run_another_program) {
  two_hosts o;
  o.server.restart([]() -> task<> {
    co_await net::serve(net::any(7), [](net::tcp_stream peer) -> task<> {
      lease asked = co_await peer.read();
      co_await peer.write_all("different");
    });
  });
  heard told;
  o.client.run(converse, std::string("server"), 1, duration(0s), &told);
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(told.answers, std::vector<std::string>{"different"});
}

TEST(host, has_files_of_its_own_and_loses_in_a_crash_what_was_not_synced) {
  int kept = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    world w({.seed = seed});
    host& one = w.add_host("one", "10.0.0.1");
    host& two = w.add_host("two", "10.0.0.2");
    const auto write = []() -> task<> {
      io::file safe = co_await io::open("/tmp/safe", {.write = true, .create = true});
      co_await safe.write_all(std::as_bytes(std::span("safe", 4)));
      co_await safe.sync();
      io::file directory = co_await io::open("/tmp", {.read = true, .directory = true});
      co_await directory.sync();
      io::file risky = co_await io::open("/tmp/risky", {.write = true, .create = true});
      co_await risky.write_all(std::as_bytes(std::span("risky", 5)));
      co_await sleep_for(1h);
    };
    one.run(write);
    w.run_for(1s);
    EXPECT_EQ(one.disk().text_of("/tmp/risky"), "risky");
    EXPECT_EQ(two.disk().text_of("/tmp/safe"), std::nullopt);
    one.crash();
    one.restart();
    EXPECT_EQ(one.disk().text_of("/tmp/safe"), "safe");
    kept += one.disk().text_of("/tmp/risky") == "risky";
  }
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, 40);
}

TEST(host, a_slow_disk_takes_its_time) {
  world w;
  host& one = w.add_host("one", "10.0.0.1", {.disk_delay = 5ms});
  one.disk().put("/data/a", "hello");
  const auto read = []() -> task<> {
    io::file file = co_await io::open("/data/a");
    std::array<std::byte, 10> room;
    std::size_t count = co_await file.read(room);
    EXPECT_EQ(count, 5U);
    co_await file.close();
  };
  one.run(read);
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(w.now(), time_point{} + 15ms);
  one.set_disk_delay(1s);
  one.run(read);
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(w.now(), time_point{} + 3015ms);
}

TEST(host, a_paused_host_does_nothing_and_then_goes_on) {
  two_hosts o;
  heard told;
  o.client.run(converse, std::string("server"), 3, duration(1s), &told);
  o.w.run_for(500ms);
  o.server.pause(10s);
  o.w.run_for(9s);
  EXPECT_EQ(told.count(), 1U);
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(told.answers, numbers(0, 3));
  EXPECT_EQ(told.moments.at(1), time_point{} + 10510ms);
}

TEST(host, a_paused_host_is_late_for_its_timers) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  time_point woken{};
  one.run([&woken]() -> task<> {
    co_await sleep_for(1s);
    woken = now();
  });
  w.run_for(500ms);
  one.pause(2s);
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(woken, time_point{} + 2500ms);
}

TEST(host, a_call_that_blocks_meets_the_host_s_own_files) {
  world w;
  host& one = w.add_host("one", "10.0.0.1");
  one.disk().put("/data/a", "hello");
  one.run([]() -> task<> {
    const auto look = [] { return blocking_files().canonical("/data/../data/a").value(); };
    std::string real = co_await to_thread(look);
    EXPECT_EQ(real, "/data/a");
  });
  EXPECT_TRUE(w.run_until_quiet());
  EXPECT_EQ(&blocking_files(), &kernel_files());
}

TEST(host, a_call_that_blocks_reaches_no_disk_once_the_power_is_cut) {
  world w({.blocking_delay = 1s});
  host& one = w.add_host("one", "10.0.0.1");
  int result = 0;
  const auto make = [&result] {
    blocking_request<make_directory_operation> making;
    making.path = "/made";
    result = making.perform();
  };
  one.run([make]() -> task<> { co_await to_thread(make); });
  w.run_for(500ms);
  one.crash();
  EXPECT_EQ(result, -EIO);
}

}  // namespace pirn
