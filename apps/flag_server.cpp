#include "flag_server.hpp"

#include <functional>

#include "pirn/core/within.hpp"
#include "pirn/http/server.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

task<> serve_flags(net::listener& where, const flag_site& site) {
  http::handler answer = [&site](http::exchange& current) { return site(current); };
  co_await http::serve(where, answer, {.grace = duration::zero()});
}

flag_server::flag_server(std::string directory, const site_manners& manners) {
  thread_.submit(&flag_server::run_here, this, std::move(directory), manners);
  address_ = opened_.get_future().get();
}

flag_server::~flag_server() {
  stop_.stop();
}

// On the server's thread.
void flag_server::run_here(const std::string& directory, const site_manners& manners) {
  bool is_open = false;
  try {
    const flag_site site(directory, manners);
    const run_options options{.handle_sigint = false, .handle_sigterm = false};
    run(options, &flag_server::serve, this, std::cref(site), std::ref(is_open));
  } catch (...) {
    if (is_open) throw;  // clients see that nobody answers
    opened_.set_exception(std::current_exception());
  }
}

task<> flag_server::serve(const flag_site& site, bool& is_open) {
  net::listener where(net::loopback(0));
  cancel_scope until_stopped;
  const stop_switch::reach reach(stop_, until_stopped);
  is_open = true;
  opened_.set_value(where.local());
  co_await within(until_stopped, serve_flags(where, site));
}

}  // namespace pirn::apps
