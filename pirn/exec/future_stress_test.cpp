// future_stress: every transition of the future's word against every other, on several threads.
//
// The transitions (future_word) and what takes them: begin, finish (fulfil); cancel;
// lock_unless_over and unlock_watched (watch, block); lock and unlock (forget, and whoever ends it,
// telling). Every pair of those roles meets in each_role_meets_each_other; the other tests have
// more of one.
//
// Method. A round makes one future and lets the threads of a fixed team go at it at once, each with
// one role: begin and finish it, cancel it, watch it, forget it again, block for it, look at its
// status. The team meets at a barrier before and after each round; between the two there is no
// order but what the word itself makes, and the seed (printed on failure) sets how long each member
// dawdles first, so that the meetings fall differently each time. After the round the tallies must
// agree: exactly one of begin and cancel took it; finished or cancelled follows from which; each
// observer was told once or forgotten, never both, never neither; each blocked thread came back and
// saw the outcome; no state seen came before one seen earlier. ThreadSanitizer finds what the
// tallies cannot: the outcome and the list are plain memory.

#include <array>
#include <atomic>
#include <barrier>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"
#include "pirn/base/random.hpp"
#include "pirn/exec/future.hpp"
#include "pirn/exec/future_state.hpp"
#include "pirn/exec/futures_watch.hpp"

namespace {

using namespace pirn;
using state_type = detail::typed_future_state<std::string>;

constexpr int rounds = detail::sanitized ? 2000 : 8000;
constexpr std::uint64_t seed = 20090;
constexpr std::string_view text = "a value that is too long for the small string buffer";

/// Threads that do one thing each at the same moment, again and again.
class team {
 public:
  /// `play(member, round)` is each member's part; `check(round)` runs between the rounds.
  void run(int size, const std::function<void(int, int)>& play,
           const std::function<void(int)>& prepare, const std::function<void(int)>& check) {
    int round = 0;
    std::barrier begin(size + 1);
    std::barrier end(size + 1);
    std::vector<std::jthread> members;
    for (int member = 0; member < size; ++member) {
      members.emplace_back([&, member] {
        random_source dawdling(seed + static_cast<std::uint64_t>(member));
        for (int i = 0; i < rounds; ++i) {
          begin.arrive_and_wait();
          for (std::uint64_t left = dawdling.below(40); left > 0; --left) {
            std::atomic_signal_fence(std::memory_order_seq_cst);
          }
          play(member, i);
          end.arrive_and_wait();
        }
      });
    }
    for (; round < rounds; ++round) {
      prepare(round);
      begin.arrive_and_wait();
      end.arrive_and_wait();
      check(round);
      if (::testing::Test::HasFailure()) std::abort();  // the members wait for rounds that end
    }
  }
};

class tally final : public detail::future_observer {
 public:
  std::atomic<int> told{0};

 private:
  void settled() noexcept override { ++told; }
};

void fulfil(state_type& state, std::atomic<int>& begun) {
  if (!state.begin()) return;
  ++begun;
  state.result.set_value(text);
  state.finish();
}

TEST(future_stress, begin_and_cancel_exclude_each_other) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  detail::state_ref<state_type> state;
  std::atomic<int> begun{0};
  std::atomic<int> cancelled{0};
  team().run(
      4,
      [&](int member, int) {
        if (member < 2) {
          fulfil(*state, begun);
        } else if (state->cancel()) {
          ++cancelled;
        }
      },
      [&](int) {
        state = detail::state_ref(new state_type);
        begun = cancelled = 0;
      },
      [&](int round) {
        const bool finished = state->status() == future_status::finished;
        EXPECT_EQ(begun, finished ? 1 : 0) << "round " << round;
        EXPECT_EQ(cancelled, finished ? 0 : 2) << "round " << round;
        EXPECT_EQ(state->result.has_value(), finished) << "round " << round;
      });
}

/// What a thread may do to a future.
enum class role : std::uint8_t { fulfil, cancel, watch, forget, block, block_briefly };
constexpr int roles = 6;

/// A round of two roles.
struct meeting {
  detail::state_ref<state_type> state{new state_type};
  std::atomic<int> begun{0};
  std::atomic<int> cancelled{0};
  std::array<tally, 2> observers;
  std::array<int, 2> watched{};    // how often an observer was let in
  std::array<int, 2> forgotten{};  // and out
  std::atomic<int> wrong{0};

  void play(role part, std::size_t self) {
    tally& mine = observers[self];
    switch (part) {
      case role::fulfil:
        return fulfil(*state, begun);
      case role::cancel:
        cancelled += state->cancel() ? 1 : 0;
        return;
      case role::watch:
        watched[self] = state->observe(mine) ? 1 : 0;
        return;
      case role::forget:
        watched[self] = state->observe(mine) ? 1 : 0;
        if (watched[self] != 0) forgotten[self] = state->forget(mine) ? 1 : 0;
        return;
      case role::block:
        wrong += state->wait(std::nullopt) && state->is_settled() ? 0 : 1;
        return;
      case role::block_briefly:
        if (state->wait(detail::moment_after(pirn::duration(1000 * self)))) {
          wrong += state->is_settled() ? 0 : 1;
        }
        return;
    }
  }
};

// A third thread fulfils it in any case, so that every wait ends.
TEST(future_stress, each_role_meets_each_other) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::optional<meeting> now;
  const auto part = [](int member, int round) {
    return static_cast<role>(member == 0 ? round % roles : round / roles % roles);
  };
  team().run(
      3,
      [&](int member, int round) {
        if (member == 2) return fulfil(*now->state, now->begun);
        now->play(part(member, round), static_cast<std::size_t>(member));
      },
      [&](int) { now.emplace(); },
      [&](int round) {
        SCOPED_TRACE("round " + std::to_string(round));
        const bool finished = now->state->status() == future_status::finished;
        EXPECT_EQ(now->begun, finished ? 1 : 0);
        EXPECT_EQ(now->cancelled > 0, !finished);
        EXPECT_EQ(now->state->result.has_value(), finished);
        EXPECT_EQ(now->wrong, 0);
        for (std::size_t i = 0; i < 2; ++i) {
          EXPECT_EQ(now->observers[i].told, now->watched[i] - now->forgotten[i]);
          EXPECT_FALSE(now->observers[i].is_linked());
        }
      });
}

TEST(future_stress, each_observer_is_told_once_or_forgotten) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  detail::state_ref<state_type> state;
  std::optional<std::array<tally, 3>> observers;
  std::array<int, 3> not_taken{};
  std::array<int, 3> forgotten{};
  std::atomic<int> begun{0};
  team().run(
      5,
      [&](int member, int round) {
        if (member == 0) return fulfil(*state, begun);
        if (member == 1) {
          if (round % 2 == 0) state->cancel();
          return;
        }
        const auto self = static_cast<std::size_t>(member - 2);
        tally& mine = (*observers)[self];
        if (!state->observe(mine)) {
          not_taken[self] = 1;
        } else if (round % 3 != 0) {
          forgotten[self] = state->forget(mine) ? 1 : 0;
        }
      },
      [&](int) {
        state = detail::state_ref(new state_type);
        observers.emplace();
        not_taken = forgotten = {};
      },
      [&](int round) {
        EXPECT_TRUE(state->is_settled());
        for (std::size_t i = 0; i < 3; ++i) {
          EXPECT_EQ((*observers)[i].told + not_taken[i] + forgotten[i], 1)
              << "round " << round << ", observer " << i;
          EXPECT_FALSE((*observers)[i].is_linked());
        }
      });
}

TEST(future_stress, who_blocks_comes_back_and_sees_the_outcome) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  detail::state_ref<state_type> state;
  std::atomic<int> begun{0};
  std::atomic<int> seen{0};
  std::atomic<int> late{0};
  team().run(
      4,
      [&](int member, int round) {
        if (member == 0) return fulfil(*state, begun);
        std::optional<std::chrono::steady_clock::time_point> deadline;
        if (member == 1) {  // its time is up at about the moment of the end
          deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(round % 8);
        }
        if (!state->wait(deadline)) {
          ++late;
        } else if (state->result.value() == text) {
          ++seen;
        }
      },
      [&](int) {
        state = detail::state_ref(new state_type);
        begun = seen = late = 0;
      },
      [&](int round) {
        EXPECT_EQ(seen + late, 3) << "round " << round;
        EXPECT_LE(late, 1) << "round " << round;
      });
}

TEST(future_stress, the_status_only_goes_forward) {
  detail::state_ref<state_type> state;
  std::atomic<int> begun{0};
  std::atomic<int> backward{0};
  team().run(
      3,
      [&](int member, int round) {
        if (member == 0) return fulfil(*state, begun);
        if (member == 1 && round % 2 == 0) {
          state->cancel();
          return;
        }
        future_status before = future_status::pending;
        for (;;) {
          const future_status now = state->status();
          const bool skipped = before == future_status::running && now == future_status::cancelled;
          if (now < before || skipped) ++backward;
          if (now == future_status::finished && state->result.empty()) ++backward;
          if (now >= future_status::cancelled) return;
          before = now;
        }
      },
      [&](int) { state = detail::state_ref(new state_type); },
      [&](int round) { EXPECT_EQ(backward, 0) << "round " << round; });
}

TEST(future_stress, the_last_reference_is_dropped_by_anybody) {
  std::array<detail::state_ref<state_type>, 4> held;
  std::atomic<int> begun{0};
  team().run(
      4,
      [&](int member, int) {
        detail::state_ref<state_type> mine = std::move(held[static_cast<std::size_t>(member)]);
        if (member == 0) return fulfil(*mine, begun);
        if (member == 1) {
          future_base(mine).add_done_callback([](future_base& ended) { ended.status(); });
        } else {
          mine->cancel();
        }
      },
      [&](int) {
        held[0] = detail::state_ref(new state_type);
        for (std::size_t i : {1U, 2U, 3U}) held[i] = held[0];
      },
      [&](int) {
        for (auto& each : held) EXPECT_FALSE(each);
      });
}

TEST(future_stress, a_watch_may_end_while_its_futures_do) {
  detail::state_ref<state_type> state[2];
  std::atomic<int> begun{0};
  std::atomic<int> taken{0};
  team().run(
      3,
      [&](int member, int round) {
        if (member < 2) return fulfil(*state[member], begun);
        detail::futures_watch watch;
        for (auto& each : state) watch.add(*each);
        for (int left = round % 3; left > 0; --left) {
          if (watch.take(std::nullopt)) ++taken;
        }
      },
      [&](int) {
        for (auto& each : state) each = detail::state_ref(new state_type);
        taken = 0;
      },
      [&](int round) { EXPECT_EQ(taken, round % 3) << "round " << round; });
}

}  // namespace
