#include "sim_outcome.hpp"

#include <utility>

#include "last_words.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/core/frame_pool.hpp"
#include "pirn/world/replay.hpp"
#include "sim_text.hpp"

namespace pirn::apps {

namespace {

void note(sim_outcome& into, const world& w) {
  ++into.runs;
  into.hash = w.decision_hash();
  into.events = w.decision_count();
  into.simulated += w.now() - w.options().start_time;
  into.plan = w.plan();
  into.carried_out = w.faults_carried_out();
}

void run_once(const world_options& options, const scenario_body& body) {
  const std::ptrdiff_t frames = detail::frames_in_use();
  world_moment last{};
  {
    world w(options);
    body(w);
    last = w.moment();
  }
  const std::ptrdiff_t left = detail::frames_in_use() - frames;
  if (left != 0) throw world_failure(last, std::to_string(left) + " coroutine frames are left");
}

}  // namespace

scenario_body body_of(const sim_run& how, const std::atomic<bool>& stop) {
  return [body = how.what->make(how.bug), &stop](world& w) {
    // Invariants are looked at after each step: the place from which any scenario can be left.
    w.always("nobody stops it", [&stop] {
      const bool must_stop = stop.load(std::memory_order_relaxed);  // a flag, nothing behind it
      if (must_stop) throw sim_stopped();
      return true;
    });
    body(w);
  };
}

sim_outcome run_seed(const sim_run& how, std::uint64_t seed, const std::atomic<bool>& stop) {
  world_options options = options_of_seed(seed);
  options.faults = how.faults;
  sim_outcome outcome{.seed = seed, .plan = {}, .failure = {}};
  world_moment last{.seed = seed, .when = options.start_time, .event = 0};
  const last_words if_it_crashes("the program died in this run: " + replay_command(how, seed));
  const auto noted = [&, body = body_of(how, stop)](world& w) {
    const scope_exit note_at_end([&] {
      note(outcome, w);
      last = w.moment();
    });
    body(w);
  };
  try {
    how.twice ? static_cast<void>(replay(options, noted)) : run_once(options, noted);
  } catch (const world_failure& failed) {
    outcome.failure = {.at = failed.at(), .text = failed.what()};
  } catch (const sim_stopped&) {
    throw;
  } catch (const std::exception&) {
    const std::string what = describe_exception(std::current_exception());
    outcome.failure = {.at = last, .text = world_failure(last, what).what()};
  }
  return outcome;
}

}  // namespace pirn::apps
