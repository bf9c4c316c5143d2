#include "serve_session.hpp"

#include <utility>

#include <fmt/core.h>

#include "pirn/base/printable.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/http/static_files.hpp"

namespace pirn::apps {

namespace {

std::string line_for(const http::exchange& current, bool ended) {
  const bool cut_short = current.answered() && !ended;
  const int code = to_int(current.answered().value_or(http::status::internal_server_error));
  return fmt::format("{} {} {} {}{}\n", printable(current.peer().host()),
                     http::to_string(current.request().method), current.request().target, code,
                     cut_short ? " (cut short)" : "");
}

task<> log_request(const http::static_files& files, http::exchange& current, const serve_log& log) {
  bool ended = false;
  const scope_exit line([&] { log.requests(line_for(current, ended)); });  // waited for or not
  co_await files(current);
  ended = true;
}

}  // namespace

task<> serve_directory(net::listener& where, const serve_plan& plan, const serve_log& log) {
  http::static_files files(plan.directory, {.list_directories = plan.list});
  http::handler answer = [&](http::exchange& current) {
    return log.requests ? log_request(files, current, log) : files(current);
  };
  net::failure_sink failures = [&](const endpoint& peer, const std::exception_ptr& error) {
    log.failures(fmt::format("{}: {}\n", printable(peer.to_string()), describe_exception(error)));
  };
  task<> serving = plan.secure ? http::serve_tls(where, *plan.secure, answer, plan.http, failures)
                               : http::serve(where, answer, plan.http, failures);
  co_await std::move(serving);
}

}  // namespace pirn::apps
