// taxi_day: a day of a taxi company, simulated in two styles.
#pragma once

#include <cstdint>
#include <type_traits>

#include "pirn/core/generator.hpp"
#include "taxi_event.hpp"

namespace pirn::apps {

enum class taxi_style : std::uint8_t { generators, tasks };

struct taxi_plan {
  std::int64_t end_time = 180;  ///< no event is looked for from that minute on
  std::int64_t taxis = 3;
  std::int64_t seed = 0;
};
static_assert(std::is_trivially_copyable_v<taxi_plan>);

/// A day's events, in the order in which they happen, and how it ended.
using taxi_day = generator<taxi_event, void, taxi_day_end>;

/// Taxi i leaves the garage at minute 5 i, makes 2 (i + 1) trips and goes home. It looks for
/// passengers for 5 minutes in the mean, and drives them for 20.
///
/// Source: the taxi simulation of Luciano Ramalho's Fluent Python, chapter on coroutines; for equal
///         plans the events of both styles are those of that program.
taxi_day simulate(taxi_style style, taxi_plan plan);

/// Each taxi is a generator that yields its events and is sent the time of the next; a queue puts
/// them in order: the book's way.
taxi_day taxi_day_of_generators(taxi_plan plan);
/// Each taxi is a task that sleeps from event to event, on virtual time.
taxi_day taxi_day_of_tasks(taxi_plan plan);

}  // namespace pirn::apps
