// resolver: host names to addresses, and back; what was asked lately is known.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "pirn/core/task.hpp"
#include "pirn/net/answer_cache.hpp"
#include "pirn/net/name_service.hpp"

namespace pirn::net {

/// For how long a resolver takes an answer for true. The system tells no time to live.
struct resolver_options {
  duration ttl = std::chrono::seconds(60);
  duration negative_ttl = std::chrono::seconds(3);  ///< of "there is no such name"
  std::size_t answers_max = 1024;  ///< of each kind, at least one; beyond it the oldest goes
};
static_assert(std::is_trivially_copyable_v<resolver_options>);

/// Looks names up in the threads of its loop, for all of the loop's tasks: who asks for the same at
/// once waits for the same answer, and answers and failures are kept for a while. Each loop has one
/// of its own, `resolver::current()`, which `resolve`, `reverse` and `connect` ask.
///
/// On virtual time it asks nobody: only numeric addresses, `localhost` and what was defined are
/// known, unless it was given a name_service.
///
/// Threads:  its loop's.
/// Lifetime: outlives its tasks. The end of a run waits for a look-up that is still in its thread.
class resolver {
 public:
  /// Requires: a loop runs on this thread.
  explicit resolver(resolver_options options = {});
  explicit resolver(name_service& asked, resolver_options options = {});
  resolver(resolver&&) = delete;  // tasks point at it

  /// The running loop's own.
  static resolver& current();

  /// The addresses of `host`, best first, each with `port`. A numeric address is taken as it is.
  ///
  /// Throws: std::system_error ("resolve no.such.host: Name or service not known").
  /// Cancel: leaves at once; the look-up goes on, and its answer is kept.
  task<std::vector<endpoint>> resolve(std::string host, std::uint16_t port);
  /// The same with the port of a service, by name or number.
  /// Throws: also what port() throws.
  task<std::vector<endpoint>> resolve(std::string host, std::string service);

  /// The port of a service by TCP: "https" and the like, or a number as text; else whom
  /// /etc/services knows. Service names know case.
  ///
  /// Throws: std::system_error ("port of htps: Unknown service").
  /// Cancel: as resolve().
  /// Source: getaddrinfo(3), asyncio's loop.getaddrinfo(host, "https").
  task<std::uint16_t> port(std::string service);

  /// The name of an IP address.
  ///
  /// Throws: std::system_error ("name of 192.0.2.1: Name or service not known").
  /// Cancel: as resolve().
  /// Source: getnameinfo(3) with NI_NAMEREQD.
  task<std::string> reverse(endpoint address);

  /// Says what `host` is, whatever others say, as a line of /etc/hosts does; no addresses: that
  /// there is no such host. It holds until it is defined anew.
  void define(std::string host, std::vector<endpoint> addresses);

  /// Asks somebody else from now on; answers that are kept hold.
  /// Lifetime: as a name_service's.
  void ask(name_service& other) noexcept { asked_ = &other; }

  /// Forgets all answers; definitions stay.
  void clear() noexcept;
  std::size_t answers() const noexcept { return addresses_.size() + names_.size() + ports_.size(); }

  const resolver_options& options() const noexcept { return options_; }
  /// Holds for the answers that are kept, too.
  void set_options(resolver_options options) noexcept { options_ = options; }

 private:
  answer_limits limits() const noexcept {
    return {options_.ttl, options_.negative_ttl, options_.answers_max};
  }

  resolver_options options_;
  name_service* asked_;  // null: nobody
  std::map<std::string, std::vector<endpoint>, std::less<>> defined_;
  answer_cache<std::vector<endpoint>> addresses_;
  answer_cache<std::string> names_;
  answer_cache<std::uint16_t> ports_;
};

/// The same by the running loop's resolver.
task<std::vector<endpoint>> resolve(std::string host, std::uint16_t port);
task<std::vector<endpoint>> resolve(std::string host, std::string service);
task<std::string> reverse(endpoint address);

}  // namespace pirn::net
