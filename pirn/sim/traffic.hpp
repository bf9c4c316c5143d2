// traffic: what got from one simulated host to another, for who wants to watch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pirn/base/time.hpp"
#include "pirn/sim/decision_log.hpp"

namespace pirn::sim {

/// A packet or a datagram, at its arrival.
struct passage {
  time_point sent;     ///< when it was first on its way; waiting at a clog is part of that
  time_point arrived;  ///< now
  decision what;
  std::size_t from;  ///< the number of the host
  std::size_t to;
  std::uint64_t stream;      ///< the number of its connection; of a datagram, the port
  std::uint32_t size_bytes;  ///< that it carries
};

/// Is told of all that arrives, in order. It must not throw, and must change nothing.
class traffic_watcher {
 public:
  virtual void arrived(const passage& there) noexcept = 0;

 protected:
  ~traffic_watcher() = default;
};

}  // namespace pirn::sim
