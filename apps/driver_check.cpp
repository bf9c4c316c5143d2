#include "driver_check.hpp"

#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "pirn/core/gather.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/listener.hpp"
#include "pirn/platform/epoll_driver.hpp"
#include "pirn/platform/kernel_files.hpp"
#include "pirn/platform/uring.hpp"
#include "pirn/run/driver_request.hpp"

namespace pirn::apps {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view greeting = "are you well?";

task<> answer(net::listener& listening) {
  net::tcp_stream peer = co_await listening.accept();
  for (;;) {
    const lease chunk = co_await peer.read();
    if (chunk.empty()) co_return;
    co_await peer.write_all(chunk);
  }
}

task<time_point> ask(endpoint where) {
  net::tcp_stream peer = co_await net::connect(where);
  co_await peer.write_all(greeting);
  for (std::size_t received = 0; received < greeting.size();) {
    const lease chunk = co_await peer.read();
    if (chunk.empty()) throw std::runtime_error("the connection has ended");
    received += chunk.size();
  }
  co_return loop::current().driver().now();
}

task<duration> round_trip() {
  net::listener listening(net::loopback(0));
  const time_point begin = loop::current().driver().now();
  const auto ends = co_await gather(ask(listening.local()), answer(listening));
  co_return std::get<0>(ends) - begin;
}

task<duration> round_trip_in_time() {
  const duration taken = co_await timeout(10s, round_trip());
  co_return taken;
}

std::string reason_of(driver_request::speaker said_by, bool is_uring) {
  switch (said_by) {
    case driver_request::speaker::program:
      return "chosen by --driver";
    case driver_request::speaker::environment:
      return "chosen by PIRN_DRIVER";
    case driver_request::speaker::nobody:
      return is_uring ? "the first choice, and it can run" : "io_uring cannot run";
  }
  std::unreachable();
}

std::string problem_of_epoll() {
  try {
    make_epoll_driver({.files = kernel_files()});
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

driver_check check_driver(const run_options& options) {
  driver_check found;
  found.uring_problem = probe_uring().problem;
  found.epoll_problem = problem_of_epoll();
  found.uring_features = list_uring_features();
  try {
    const driver_request asked = requested_driver(options.driver);
    runtime made(options);
    found.name = made.driver().name();
    found.reason = reason_of(asked.said_by, found.name == "io_uring");
    found.round_trip = made.run(round_trip_in_time());
  } catch (const std::exception& error) {
    found.problem = error.what();
  }
  return found;
}

}  // namespace pirn::apps
