// scripted_test: servers that say what they are told to, for the tests of the client.
#pragma once

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "pirn/http/client.hpp"
#include "pirn/http/served_test.hpp"

namespace pirn::http {

inline std::string base(endpoint where) {
  return "http://" + where.to_string();
}

/// Serves raw answers: one to each connection's first request, in order; then it closes.
template <class Use>
task<> scripted(std::vector<std::string> answers, Use use) {
  net::listener where(net::loopback(0));
  std::size_t next = 0;
  auto answer_one = [&](net::tcp_stream peer) -> task<> {
    lease request = co_await peer.read();
    if (request.empty()) co_return;
    const std::string text = answers.at(std::min(next++, answers.size() - 1));
    co_await peer.write_all(text);
  };
  co_await with_group([&](task_group& group) -> task<> {
    group.start(net::serve_on(where, answer_one));
    co_await use(where.local());
    group.cancel();
  });
}

/// What asking for `url` throws, as text.
template <class E = std::system_error>
task<std::string> failure_of(client& asking, std::string url) {
  std::string message = "no failure";
  try {
    response answer = co_await asking.get(url);
    co_await answer.read_all();
  } catch (const E& error) {
    message = error.what();
  }
  co_return message;
}

}  // namespace pirn::http
