// serve_session: a directory over HTTP, on whatever loop it runs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pirn/http/server.hpp"
#include "pirn/tls/context.hpp"

namespace pirn::apps {

/// What `pirn serve` was asked for.
struct serve_plan {
  std::string directory = ".";
  bool list = true;  ///< answer a directory without index.html with a list
  http::server_options http;
  std::optional<tls::context> secure;  ///< for HTTPS
};

/// Told whole lines of what happens.
struct serve_log {
  std::function<void(std::string_view line)> requests;  ///< each, when it is over; may be empty
  std::function<void(std::string_view line)> failures;
};

/// Serves the directory until it is cancelled.
///
/// Throws:   std::system_error when there is no such directory.
/// Cancel:   answers under way are given the grace of `plan.http`.
/// Lifetime: all three must outlive it.
task<> serve_directory(net::listener& where, const serve_plan& plan, const serve_log& log);

}  // namespace pirn::apps
