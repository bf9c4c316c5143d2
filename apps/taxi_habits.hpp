// taxi_habits: what both styles of taxis know of their company.
#pragma once

#include <cstdint>

#include "pirn/simulation/random.hpp"
#include "taxi_event.hpp"

namespace pirn::apps {

inline constexpr std::int64_t departure_interval = 5;

constexpr std::int64_t departure_of(std::int64_t taxi) noexcept {
  return taxi * departure_interval;
}

constexpr std::int64_t trips_of(std::int64_t taxi) noexcept {
  return (taxi + 1) * 2;
}

/// How many minutes a taxi is busy after an event; at least one.
std::int64_t minutes_after(taxi_action action, des::random& random) noexcept;

}  // namespace pirn::apps
