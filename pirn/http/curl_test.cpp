// server: what curl makes of it.
#include <string>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/http/program_test.hpp"
#include "pirn/http/served_test.hpp"
#include "pirn/tls/connected_test.hpp"
#include "pirn/tls/stream.hpp"

namespace {

using namespace pirn;
using namespace pirn::http;

class curl_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, curl_test, pirn::testing::on_each(), pirn::testing::driver_name);

task<> answer(exchange& current) {
  if (current.request().path() == "/streamed") {
    current.start(status::ok);
    for (int i = 0; i < 3; ++i) co_await current.write("piece\n");
    co_return;
  }
  std::string body = co_await current.read_all(10'000'000);
  current.respond(status::ok, std::string(to_string(current.request().method)) + " " +
                                  std::to_string(body.size()) + "\n");
}

TEST_P(curl_test, it_gets_sends_and_keeps_its_connection) {
  if (is_virtual()) return;  // curl cannot reach a simulated network
  on_loop([]() -> task<> {
    co_await served(answer, [](endpoint where) -> task<> {
      const std::string base = "http://" + where.to_string();
      const std::string curl = "curl -sS --noproxy '*' --max-time 10 ";
      std::string got = co_await to_thread(
          output_of, curl + base + "/a " + base + "/b " + "-w '%{num_connects} ' 2>&1");
      EXPECT_EQ(got, "GET 0\n1 GET 0\n0 ");
      got = co_await to_thread(output_of, curl + base + "/streamed 2>&1");
      EXPECT_EQ(got, "piece\npiece\npiece\n");
      got = co_await to_thread(output_of, "head -c 3000000 /dev/zero | " + curl + "-T - " + base +
                                              "/up 2>&1");  // chunked, continue
      EXPECT_EQ(got, "PUT 3000000\n");
      got = co_await to_thread(output_of,
                               curl + "-I -o /dev/null -w '%{http_code}' " + base + "/h 2>&1");
      EXPECT_EQ(got, "200");
    });
  });
}

/// Who the client is, by its certificate.
task<> tell_client(exchange& current) {
  current.respond(status::ok, current.secured()->peer_subject() + "\n");
  co_return;
}

TEST_P(curl_test, its_certificate_is_known_to_the_handler) {
  if (is_virtual()) return;
  tls::certificates& made = tls::made();
  const tls::certificate_files bob = made.authority.make({.subject = "bob"});
  on_loop([&]() -> task<> {
    net::listener where(net::loopback(0));
    const auto how = tls::context::server({.certificate_file = made.good.certificate,
                                           .key_file = made.good.key,
                                           .client_ca_file = made.ca_file});
    auto ask = [&]() -> task<> {
      const std::string url = "https://localhost:" + std::to_string(where.local().port()) + "/";
      const std::string curl =
          "curl -sS --ipv4 --noproxy '*' --max-time 10 --cacert " + made.ca_file;
      std::string got = co_await to_thread(
          output_of, curl + " --cert " + bob.certificate + " --key " + bob.key + " " + url);
      EXPECT_EQ(got, "CN = bob\n");
      got = co_await to_thread(output_of, curl + " " + url + " 2>&1");
      EXPECT_NE(got.find("certificate required"), std::string::npos) << got;
    };
    co_await race(serve_tls(where, how, tell_client, {}, [](auto&&...) {}), ask());
  });
}

}  // namespace
