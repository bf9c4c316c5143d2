// Every call below an HTTP server and its client, failing once with each shortage: the server goes
// on, the client's error names what was attempted, and nothing stays.
#include "pirn/testing/fail_everywhere_test.hpp"

#include <exception>
#include <string>

#include <gtest/gtest.h>

#include "pirn/http/client.hpp"
#include "pirn/http/served_test.hpp"
#include "pirn/tls/connected_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::http;
using pirn::testing::fail_everywhere;
using pirn::tls::made;

class http_failure_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, http_failure_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> answer_in_kind(exchange& current) {
  const std::string body = co_await current.read_all(1'000'000);
  current.respond(status::ok, body);
}

task<> ask(std::string where, tls::context trusted) {
  client asking({}, trusted);
  request_content content;
  content.body.assign(20'000, 'b');
  response got = co_await asking.request(method::post, url::parse(where), std::move(content));
  const std::string body = co_await got.read_all();
  EXPECT_EQ(body.size(), 20'000U);
}

/// Asks twice, by clients of their own; what the first one met is thrown at the end.
task<> ask_twice(std::string where) {
  static const tls::context trusted = made().client();
  std::exception_ptr first;
  try {
    co_await ask(where, trusted);
  } catch (const std::system_error&) {
    first = std::current_exception();
  }
  co_await ask(where, trusted);
  if (first) std::rethrow_exception(first);
}

// What the server's side met is its connection's end; without a sink nobody is told.
template <class Serve>
task<> served_twice(const char* scheme, Serve serve_it) {
  net::listener where(net::loopback(0));
  const std::string address =
      std::string(scheme) + "://localhost:" + std::to_string(where.local().port()) + "/";
  auto body = [&](task_group& group) -> task<> {
    child<void> server = group.start(serve_it(where));
    std::exception_ptr error;
    try {
      co_await ask_twice(address);
    } catch (const std::system_error&) {
      error = std::current_exception();
    }
    server.cancel();
    if (error) std::rethrow_exception(error);
  };
  co_await with_group(body);
}

const handler& answering() {
  static const handler answer = answer_in_kind;
  return answer;
}

TEST_P(http_failure_test, a_server_and_its_clients) {
  fail_everywhere(GetParam(), [] {
    return served_twice("http", [](net::listener& where) { return serve(where, answering()); });
  });
}

TEST_P(http_failure_test, a_secure_server_and_its_clients) {
  const tls::context shown = made().server();
  fail_everywhere(GetParam(), [&] {
    return served_twice("https",
                        [&](net::listener& where) { return serve_tls(where, shown, answering()); });
  });
}

}  // namespace
