// timeline: a run of a world to look at, in Perfetto or chrome://tracing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pirn/world/observer.hpp"
#include "pirn/world/world.hpp"

namespace pirn {

namespace detail {
class trace;
}

struct timeline_options {
  /// Of turns, and of messages, the last so many are kept: it is the end of a run that matters.
  std::size_t kept_max = 100'000;
};
static_assert(std::is_trivially_copyable_v<timeline_options>);

/// Writes a run down as a trace that opens in Perfetto (ui.perfetto.dev): a process for each host,
/// with the turns of its loop, what it sent and what arrived there, and the messages under way;
/// arrows from sending to arriving; the faults of a nemesis as slices of a process of their own,
/// what else is done to hosts as marks at them, and a failure as a mark across all.
///
/// The time is the world's. What takes none is drawn a microsecond wide at most, to be seen.
///
/// Lifetime: its world ends before it, or watches it no more.
/// Source:   the Trace Event Format of Chrome.
class timeline final : public world_observer {
 public:
  explicit timeline(const timeline_options& options = {}) : options_(options) {}
  timeline(timeline&&) = delete;  // its world points at it

  /// Writes down what happens there from now on.
  /// Requires: it has watched no other world (asserted).
  void watch(world& what);
  /// The run has failed, now; before it watches a world, at the beginning of time.
  void failed(std::string_view why);

  /// The whole as JSON. (Some 700 bytes a message, 120 a turn.)
  std::string json() const;

 private:
  struct turn {
    time_point when;
    std::size_t host;
  };
  struct fault_slice {
    const fault* what;  // while it is on
    std::string name;
    std::string line;
    time_point begin;
    time_point end;
  };
  struct mark {
    time_point when;
    std::size_t host;
    std::string text;
  };

  void arrived(const sim::passage& there) noexcept override;
  void took_turn(const host& who) noexcept override;
  void was_done(std::string_view what, const host& one, const host& other) noexcept override;
  void fault_began(const fault& what) noexcept override;
  void fault_ended(const fault& what) noexcept override;
  void look_around();

  void write_names(detail::trace& into) const;
  void write_turns(detail::trace& into) const;
  void write_messages(detail::trace& into) const;
  void write_faults(detail::trace& into) const;
  void write_marks(detail::trace& into) const;

  timeline_options options_;
  world* world_ = nullptr;
  std::uint64_t seed_ = 0;
  std::vector<std::string> hosts_;
  std::deque<turn> turns_;
  std::deque<sim::passage> messages_;
  std::vector<fault_slice> faults_;
  std::vector<mark> marks_;
  std::uint64_t forgotten_ = 0;
  time_point latest_{};  // that something happened
  time_point failed_at_ = never;
  std::string failure_;
};

/// Runs a scenario once and gives its timeline as JSON. What it throws is a mark at its end there,
/// and not thrown on.
std::string timeline_of(const world_options& options, const std::function<void(world&)>& scenario,
                        const timeline_options& how = {});

}  // namespace pirn
