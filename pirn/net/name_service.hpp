// name_service: who knows which name has which addresses; what a resolver asks.
#pragma once

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "pirn/base/endpoint.hpp"

namespace pirn::net {

/// Answers that may take long. A resolver asks it in a thread, for each thing once at a time.
///
/// Threads:  any, several at once.
/// Lifetime: outlives the run of the loop whose resolver asks it: an answer that nobody waits for
///           any more is still being made.
class name_service {
 public:
  /// The addresses of `host`, best first; their ports do not matter.
  /// Throws: std::system_error, of resolver_category() where the name is to blame.
  virtual std::vector<endpoint> addresses(const std::string& host) = 0;

  /// The name of an address, whose port does not matter.
  /// Throws: as addresses().
  virtual std::string name(const endpoint& address) = 0;

  /// The port of a service by TCP ("https"); without a better idea, none is known.
  /// Throws: as addresses(), EAI_SERVICE for one that is not known.
  virtual std::uint16_t port(const std::string& service);

 protected:
  ~name_service() = default;
};

/// The system's: getaddrinfo(3) and getnameinfo(3), which ask /etc/hosts, /etc/services and the DNS
/// as /etc/nsswitch.conf says.
name_service& system_names() noexcept;

/// Errors of getaddrinfo, which are no errno: EAI_NONAME and its like.
const std::error_category& resolver_category() noexcept;

}  // namespace pirn::net
