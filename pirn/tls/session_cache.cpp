#include "pirn/tls/session_cache.hpp"

#include <algorithm>

namespace pirn::tls::detail {

void session_cache::keep(const std::string& server, ssl_session_ptr session) {
  const std::scoped_lock lock(mutex_);
  const auto known = std::ranges::find(entries_, server, &entry::first);
  if (known != entries_.end()) {
    known->second = std::move(session);
    return;
  }
  entries_.emplace_back(server, std::move(session));
  if (entries_.size() > servers_max) entries_.pop_front();
}

ssl_session_ptr session_cache::take(const std::string& server) {
  const std::scoped_lock lock(mutex_);
  const auto known = std::ranges::find(entries_, server, &entry::first);
  if (known == entries_.end()) return nullptr;
  if (SSL_SESSION_get_protocol_version(known->second.get()) < TLS1_3_VERSION) {
    SSL_SESSION_up_ref(known->second.get());
    return ssl_session_ptr(known->second.get());
  }
  ssl_session_ptr session = std::move(known->second);
  entries_.erase(known);
  return session;
}

}  // namespace pirn::tls::detail
