// taxi_figures: what a day of taxis came to.
#pragma once

#include <cstdint>
#include <vector>

#include "taxi_event.hpp"

namespace pirn::apps {

/// Figures of one day. They travel between processes.
struct taxi_figures {
  std::int64_t events = 0;
  std::int64_t trips = 0;             ///< that ended within the day
  std::int64_t at_home = 0;           ///< taxis whose day was over
  std::int64_t end_of_day = 0;        ///< the minute of the last event
  std::int64_t minutes_on_road = 0;   ///< of all taxis together, up to the last event of each
  std::int64_t minutes_occupied = 0;  ///< of these, with a passenger

  template <class Archive>
  void serialize(Archive& archive) {
    archive(events, trips, at_home, end_of_day, minutes_on_road, minutes_occupied);
  }
};

/// Reads a day's events in their order.
class taxi_observer {
 public:
  void observe(const taxi_event& event);
  const taxi_figures& figures() const noexcept { return figures_; }

 private:
  taxi_figures figures_;
  std::vector<std::int64_t> last_;  // the time of each taxi's last event
};

}  // namespace pirn::apps
