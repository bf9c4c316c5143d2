// joined_streams: what `pirn nc` does: joins a connection to standard input and output, or to
// another one.
#pragma once

#include <optional>
#include <string>

#include "pirn/base/endpoint.hpp"
#include "pirn/run/run.hpp"
#include "pirn/tls/context.hpp"

namespace pirn::apps {

/// Where to connect to, or to listen: an endpoint, or a host that has to be looked up.
struct place {
  endpoint address;  ///< none when the host is a name
  std::string host;  ///< as it was written, for certificates
  std::uint16_t port = 0;

  std::string to_string() const;
};

/// Reads HOST:PORT, [IPv6]:PORT or unix:PATH.
/// Throws: usage_error.
place parse_place(const std::string& text);
/// The same, or PORT alone, which is on 127.0.0.1.
place parse_listening_place(const std::string& text);

struct joined_plan {
  place near;                ///< whom to connect to, or where to listen
  std::optional<place> far;  ///< whom each connection is joined to; none: standard input and output
  bool listen = false;
  bool keep = false;
  bool quiet = false;
  std::optional<tls::context> server;  ///< speak TLS to whom we listen for
  std::optional<tls::context> client;  ///< and to whom we connect to
};

/// Carries out a plan.
/// Returns: the exit status: 128 and its number after a signal.
int run_joined(const run_options& how, const joined_plan& plan);

}  // namespace pirn::apps
