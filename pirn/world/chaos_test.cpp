// Whatever the network and the hosts do, a stream's bytes are right, and its end means all.
#include <algorithm>

#include "pirn/base/compiler.hpp"
#include "pirn/core/within.hpp"
#include "pirn/http/client.hpp"
#include "pirn/http/exchange.hpp"
#include "pirn/http/server.hpp"
#include "pirn/world/nemesis.hpp"
#include "pirn/world/programs_test.hpp"
#include "pirn/world/replay.hpp"

namespace pirn {

namespace {

constexpr std::size_t file_bytes = 300'000;
constexpr std::uint64_t seeds = detail::sanitized ? 4 : 30;

/// Text without a short period, so that lost or repeated bytes show.
const std::string& file() {
  static const std::string text = [] {
    random_source random(1);
    std::string made(file_bytes, '\0');
    std::ranges::generate(made, [&] { return static_cast<char>(random() >> 56); });
    return made;
  }();
  return text;
}

struct tally {
  int complete = 0;
  int broken = 0;
  int wrong = 0;
};

task<> send_file(net::tcp_stream peer) {
  co_await peer.write_all(file());
}

/// Fetches the file over and over: each time it must be whole, or the failure be told.
task<> fetch_file(int times, tally* all) {
  for (int i = 0; i < times; ++i) {
    std::string got;
    bool has_ended = false;
    try {
      net::tcp_stream peer = co_await timeout(3s, net::connect("server", 7));
      while (!has_ended) {
        lease chunk = co_await timeout(3s, peer.read());
        has_ended = chunk.empty();
        got += chunk.text();
      }
    } catch (const std::system_error&) {
    } catch (const timeout_error&) {
    }
    all->complete += has_ended && got == file();
    all->broken += !has_ended;
    all->wrong += !file().starts_with(got) || (has_ended && got.size() != file_bytes);
    co_await sleep_for(50ms);
  }
}

task<> serve_file_by_http() {
  net::listener where(net::any(80));
  co_await http::serve(where, [](http::exchange& asked) -> task<> {
    asked.respond(http::status::ok, file());
    co_return;
  });
}

task<> get_file(int times, tally* all) {
  http::client browser({.connect_timeout = 3s, .response_timeout = 3s, .read_timeout = 3s});
  for (int i = 0; i < times; ++i) {
    try {
      http::response answer = co_await browser.get("http://server/file");
      std::string body = co_await timeout(3s, answer.read_all());
      ++(body == file() ? all->complete : all->wrong);
    } catch (const std::system_error&) {
      ++all->broken;
    } catch (const timeout_error&) {
      ++all->broken;
    }
    co_await sleep_for(50ms);
  }
}

template <class Serve, class Fetch>
tally fetch_under_faults(world& w, Serve serve, Fetch fetch) {
  w.add_host("server", "10.0.0.1").boot(serve);
  tally all;
  for (int i = 1; i <= 3; ++i) {
    w.add_host("client " + std::to_string(i), "10.0.1." + std::to_string(i)).run(fetch, 40, &all);
  }
  w.always("no file is wrong", [&] { return all.wrong == 0; });
  nemesis trouble(w, {.active_for = 20s, .gap_max = 500ms, .lasts_max = 2s});
  w.eventually("all have tried", 20min, [&] { return all.complete + all.broken == 120; });
  return all;
}

}  // namespace

TEST(chaos, a_file_by_tcp_is_whole_or_reported_failed) {
  tally sum;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    replay({.seed = seed, .network = {.way = {.latency = 2ms, .jitter = 1ms}}}, [&](world& w) {
      const tally all =
          fetch_under_faults(w, [] { return net::serve(net::any(7), send_file); }, fetch_file);
      sum.complete += all.complete;
      sum.broken += all.broken;
    });
  }
  EXPECT_GT(sum.complete, 60 * static_cast<int>(seeds));
  EXPECT_GT(sum.broken, static_cast<int>(seeds));
}

TEST(chaos, a_file_by_http_is_whole_or_reported_failed) {
  tally sum;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    replay({.seed = seed, .network = {.way = {.latency = 2ms, .jitter = 1ms}}}, [&](world& w) {
      const tally all = fetch_under_faults(w, serve_file_by_http, get_file);
      sum.complete += all.complete;
      sum.broken += all.broken;
    });
  }
  EXPECT_GT(sum.complete, 60 * static_cast<int>(seeds));
  EXPECT_GT(sum.broken, static_cast<int>(seeds));
}

TEST(chaos, after_all_has_ended_the_network_is_empty) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    world w({.seed = seed, .network = {.way = {.latency = 2ms, .jitter = 1ms}}});
    host& server = w.add_host("server", "10.0.0.1");
    server.boot([] { return net::serve(net::any(7), send_file); });
    tally all;
    host& client = w.add_host("client", "10.0.0.2");
    client.run(fetch_file, 40, &all);
    nemesis trouble(w, {.active_for = 20s, .gap_max = 500ms, .lasts_max = 2s});
    EXPECT_TRUE(w.run_until_quiet());
    EXPECT_EQ(client.running_programs(), 0U);
    server.crash();
    EXPECT_TRUE(w.run_until_quiet());
    EXPECT_EQ(w.left_behind(), "") << seed;
    EXPECT_EQ(w.network_statistics().connections, 0U) << seed;
    EXPECT_EQ(w.network_statistics().packet_memories, 0U) << seed;
  }
}

}  // namespace pirn
