#include "pirn/tls/session_cache.hpp"

namespace pirn::tls::detail {

void session_cache::keep(const std::string& server, ssl_session_ptr session) {
  const std::scoped_lock lock(mutex_);
  if (const auto known = places_.find(server); known != places_.end()) {
    known->second->second = std::move(session);
    return;
  }
  if (entries_.size() == servers_max) {
    places_.erase(entries_.front().first);
    entries_.pop_front();
  }
  entries_.emplace_back(server, std::move(session));
  places_.emplace(server, std::prev(entries_.end()));
}

ssl_session_ptr session_cache::take(const std::string& server) {
  const std::scoped_lock lock(mutex_);
  const auto known = places_.find(server);
  if (known == places_.end()) return nullptr;
  ssl_session_ptr session = std::move(known->second->second);
  entries_.erase(known->second);
  places_.erase(known);
  return session;
}

}  // namespace pirn::tls::detail
