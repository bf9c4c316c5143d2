// HTTPS between two hosts of a world: the server and the client are what they are, and equal seeds
// give equal runs.
#include <set>

#include <openssl/rand.h>

#include "pirn/base/compiler.hpp"
#include "pirn/core/within.hpp"
#include "pirn/http/client.hpp"
#include "pirn/http/exchange.hpp"
#include "pirn/http/server.hpp"
#include "pirn/tls/certificates_test.hpp"
#include "pirn/world/nemesis.hpp"
#include "pirn/world/programs_test.hpp"
#include "pirn/world/replay.hpp"

namespace pirn {

namespace {

/// Of "server", signed by an authority that the clients trust. Made before any world is: keys that
/// a program made would be drawn from its host's seed, in the first run only.
struct certified {
  tls::test_authority authority;
  tls::certificate_files server = authority.make({.subject = "server", .names = "DNS:server"});
  std::string ca_file = authority.ca_file();
};
const certified& files() {
  static const certified all;
  return all;
}

class tls_on_a_world : public ::testing::Test {
 protected:
  tls_on_a_world() { files(); }
};

const std::string page(100'000, 'x');

task<> serve_page() {
  const tls::context who = tls::context::server(
      {.certificate_file = files().server.certificate, .key_file = files().server.key});
  net::listener where(net::any(443));
  co_await http::serve_tls(where, who, [](http::exchange& asked) -> task<> {
    asked.respond(http::status::ok, page);
    co_return;
  });
}

struct tally {
  int whole = 0;
  int failed = 0;
  int wrong = 0;
};

task<> get_page(int times, bool resume, tally* all) {
  http::client browser({.connect_timeout = 3s, .response_timeout = 3s, .read_timeout = 3s},
                       tls::context::client({.ca_file = files().ca_file, .resume = resume}));
  for (int i = 0; i < times; ++i) {
    try {
      http::response answer = co_await browser.get("https://server/");
      std::string body = co_await timeout(3s, answer.read_all());
      ++(body == page ? all->whole : all->wrong);
    } catch (const std::system_error&) {
      ++all->failed;
    } catch (const timeout_error&) {
      ++all->failed;
    }
    co_await sleep_for(200ms);
  }
}

void fetch_pages(world& w, int times, bool resume, tally* all) {
  w.add_host("server", "10.0.0.1").boot(serve_page);
  for (int i = 1; i <= 2; ++i) {
    w.add_host("client " + std::to_string(i), "10.0.1." + std::to_string(i))
        .run(get_page, times, resume, all);
  }
}

void fetch_under_faults(world& w, bool resume, tally* sum) {
  tally all;
  fetch_pages(w, 40, resume, &all);
  w.always("no page is wrong", [&] { return all.wrong == 0; });
  nemesis trouble(w, {.active_for = 20s, .gap_max = 500ms, .lasts_max = 2s});
  w.eventually("all have tried", 20min, [&] { return all.whole + all.failed == 80; });
  sum->whole += all.whole;
  sum->failed += all.failed;
}

constexpr sim::network_options near{.way = {.latency = 2ms, .jitter = 1ms}};
constexpr std::uint64_t seeds = detail::sanitized ? 2 : 10;

}  // namespace

TEST_F(tls_on_a_world, a_page_by_https_is_whole) {
  tally all;
  world w({.network = near});
  fetch_pages(w, 10, true, &all);
  w.eventually("all have their pages", 10s, [&] { return all.whole == 20; });
  EXPECT_EQ(all.wrong + all.failed, 0);
}

TEST_F(tls_on_a_world, under_faults_a_page_is_whole_or_reported_failed) {
  tally sum;
  for (const bool resume : {false, true}) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      world w({.seed = seed, .network = near});
      fetch_under_faults(w, resume, &sum);
    }
  }
  EXPECT_GT(sum.whole, 80 * static_cast<int>(seeds));
  EXPECT_GT(sum.failed, 2 * static_cast<int>(seeds));
}

// A session carries the real date, and an ECDSA signature over it is sometimes a byte shorter.
TEST_F(tls_on_a_world, equal_seeds_give_equal_runs_where_no_session_is_resumed) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    hashes.insert(replay({.seed = seed, .network = near}, [](world& w) {
      tally all;
      fetch_under_faults(w, false, &all);
    }));
  }
  EXPECT_EQ(hashes.size(), seeds);
}

TEST_F(tls_on_a_world, hosts_and_seeds_have_random_bytes_of_their_own) {
  std::set<std::string> drawn;
  for (std::uint64_t seed : {1U, 1U, 2U}) {
    world w({.seed = seed});
    for (const char* name : {"one", "two"}) {
      w.add_host(name, name == std::string("one") ? "10.0.0.1" : "10.0.0.2").run([&]() -> task<> {
        std::string bytes(16, ' ');
        RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), 16);
        drawn.insert(bytes);
        co_return;
      });
    }
    w.run_until_quiet();
  }
  EXPECT_EQ(drawn.size(), 4U) << "two hosts, two seeds";
}

}  // namespace pirn
