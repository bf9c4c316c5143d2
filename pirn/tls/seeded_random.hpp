// seeded_random: OpenSSL's random bytes out of a seed, where a run must be repeatable.
#pragma once

#include "pirn/base/random.hpp"

namespace pirn::tls {

/// While it lives, all that OpenSSL draws on this thread (keys, nonces, tickets) comes from `lots`:
/// equal seeds shake hands alike, to the byte. Whoever knows the seed knows the keys, so it is for
/// simulated hosts only. Other threads draw as ever.
///
/// Lifetime: `lots` outlives it. Several nest.
class seeded_random {
 public:
  explicit seeded_random(random_source& lots);
  seeded_random(seeded_random&&) = delete;  // restores in stack order
  ~seeded_random();

 private:
  random_source* before_;
};

}  // namespace pirn::tls
