// session_cache: what servers gave a client for a shorter handshake the next time.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "pirn/tls/openssl.hpp"

namespace pirn::tls::detail {

/// Sessions by server. Of some hundred servers the longest known are forgotten first.
///
/// Threads: any.
class session_cache {
 public:
  void keep(const std::string& server, ssl_session_ptr session);
  /// A session of TLS 1.3 is given out once, for otherwise connections could be told to belong
  /// together; one of before serves again.
  /// Returns: null when there is none.
  ssl_session_ptr take(const std::string& server);

 private:
  static constexpr std::size_t servers_max = 256;
  using entry = std::pair<std::string, ssl_session_ptr>;

  std::mutex mutex_;
  std::list<entry> entries_;  // the oldest first
};

}  // namespace pirn::tls::detail
