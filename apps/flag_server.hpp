// flag_server: a flag site on a thread of its own.
#pragma once

#include <future>
#include <string>

#include "flag_site.hpp"
#include "pirn/base/endpoint.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/net/listener.hpp"
#include "stop_switch.hpp"

namespace pirn::apps {

/// Serves a flag site over a free port of 127.0.0.1, on a loop of its own in a thread of its own,
/// for as long as it lives.
class flag_server {
 public:
  /// Returns when the port is open.
  /// Throws: std::system_error when there are no flags, or no port.
  flag_server(std::string directory, const site_manners& manners);
  flag_server(flag_server&&) = delete;  // its thread points at it
  ~flag_server();

  endpoint address() const noexcept { return address_; }

 private:
  void run_here(const std::string& directory, const site_manners& manners);
  task<> serve(const flag_site& site, bool& is_open);

  stop_switch stop_;
  std::promise<endpoint> opened_;
  endpoint address_;
  thread_pool thread_{1};  // last: it ends first
};

/// Serves a flag site on a listener until it is cancelled; requests under way are dropped then.
task<> serve_flags(net::listener& where, const flag_site& site);

}  // namespace pirn::apps
