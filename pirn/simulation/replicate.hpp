// replicate: an experiment, made many times with one seed after the other, on an executor.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "pirn/core/blocking_job.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/frame.hpp"
#include "pirn/core/task.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/map.hpp"
#include "pirn/simulation/replication_stop.hpp"

namespace pirn::des {

struct replicate_options {
  std::uint64_t first_seed = 0;  ///< the others follow it
  std::size_t chunk = 1;   ///< replications in a call of the executor: more where they are short
  std::size_t buffer = 0;  ///< calls under way at most; 0: as the executor likes
};
static_assert(std::is_trivially_copyable_v<replicate_options>);

/// A replication has failed. What it threw is nested in this.
class replication_error : public std::runtime_error {
 public:
  replication_error(std::uint64_t seed, const std::exception_ptr& why);
  std::uint64_t seed() const noexcept { return seed_; }

 private:
  std::uint64_t seed_;
};

namespace detail {

/// What a call of the executor takes: no more than there are.
/// Throws: std::invalid_argument for chunks of over a million: they would not go into memory.
std::size_t checked_chunk(std::size_t chunk, std::size_t count);

/// Throws what is being handled, in a replication_error.
[[noreturn]] void throw_replication_error(std::uint64_t seed);

/// Requests the stop when its owner ends.
class stop_at_end {
 public:
  explicit stop_at_end(std::shared_ptr<replication_stop> stop) noexcept : stop_(std::move(stop)) {}
  stop_at_end(stop_at_end&&) noexcept = default;
  stop_at_end& operator=(stop_at_end&& other) noexcept {
    std::swap(stop_, other.stop_);
    return *this;
  }
  ~stop_at_end() {
    if (stop_ != nullptr) stop_->request();
  }

 private:
  std::shared_ptr<replication_stop> stop_;
};

/// An experiment that can be stopped.
template <class Experiment>
struct stoppable_experiment {
  Experiment experiment;
  std::shared_ptr<replication_stop> stop;

  decltype(auto) operator()(std::uint64_t seed)
    requires std::invocable<Experiment&, std::uint64_t>
  {
    if (stop->is_requested()) throw cancelled{};
    const replication_stop::scope here(*stop);
    return std::invoke(experiment, seed);
  }
};

/// Whether an executor's calls are made by threads of this process, where a stop reaches them.
template <class Executor>
inline constexpr bool is_of_threads = std::derived_from<Executor, blocking_runner>;

}  // namespace detail

/// What replications give, in the order of their seeds, to be taken once.
///
///   for (double each : replicate(20, one_day, pool)) waits.observe(each);  // on a plain thread
///   while (auto each = co_await runs.next()) waits.observe(*each);         // on a loop
///
/// What a replication threw is thrown in a replication_error where its result would be looked at;
/// one may go on to those after it.
///
/// Its end is that of the replications: those that have not begun never do. Of those that run on
/// threads of this process, the simulations end, by `cancelled` out of their run(); others run to
/// their end, and nobody hears of it.
///
/// Threads: one at a time.
template <class R>
class [[nodiscard]] replications {
 public:
  using value_type = R;

  replications(mapped<R> results, std::uint64_t first_seed, std::size_t size,
               std::shared_ptr<detail::replication_stop> stop) noexcept
      : results_(std::move(results)), stop_(std::move(stop)), next_seed_(first_seed), size_(size) {}

  std::size_t size() const noexcept { return size_; }
  /// How many have been given, or have failed.
  std::size_t given() const noexcept { return given_; }
  /// The seed of the one that was given last.
  std::uint64_t seed() const noexcept { return next_seed_ - 1; }

  /// Waits for the next one's result, on a loop.
  /// Returns: the result, nullopt after the last; for void true, false after the last.
  /// Throws:  replication_error.
  /// Cancel:  loses nothing.
  task<maybe_t<R>> next() {
    task_record& me = co_await this_task_record{};
    try {
      maybe_t<R> result = co_await results_.next();
      if (result) step();
      co_return result;
    } catch (...) {
      const bool was_wait = is_cancellation(std::current_exception()) && me.must_stop();
      if (was_wait) throw;  // else it is the replication that has thrown it
      step();
      detail::throw_replication_error(seed());
    }
  }

  /// Blocks in each step until the next one's result is there.
  class iterator {
   public:
    using value_type = R;
    using difference_type = std::ptrdiff_t;

    explicit iterator(replications& all) : all_(&all), at_(all.results_.begin()) { note(); }
    /// Throws: replication_error.
    std::add_lvalue_reference_t<R> operator*() const {
      try {
        return *at_;
      } catch (...) {
        detail::throw_replication_error(all_->seed());
      }
    }
    iterator& operator++() {
      ++at_;
      note();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t end) const noexcept { return at_ == end; }

   private:
    void note() noexcept {
      if (at_ != std::default_sentinel) all_->step();
    }

    replications* all_;
    typename mapped<R>::iterator at_;
  };
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  void step() noexcept {
    ++given_;
    ++next_seed_;
  }

  mapped<R> results_;
  detail::stop_at_end stop_;
  std::uint64_t next_seed_;
  std::size_t size_;
  std::size_t given_ = 0;
};

/// Calls `experiment(seed)` on `where` for `count` seeds. However they are shared out and whichever
/// ends first, the results come in the order of the seeds; so what is made of them is the same on
/// every executor. At most `options.buffer` calls are under way, and the next ones are submitted as
/// results are taken: memory does not grow with `count`.
///
/// An experiment makes a `simulation` of its own from the seed, runs it, and gives what was
/// measured. A `des::tally` of what all give has their mean, and how far it can be trusted:
/// `independent_confidence()`.
///
/// Lifetime: the executor outlives the result; what the experiment refers to, the executor. For
///           processes and ranks it has to travel (see process_pool): a function, a lambda that
///           captures nothing, an object that cereal knows.
/// Throws:   std::invalid_argument for chunks of nothing, or of over a million; what submitting the
///           first call throws.
/// Cancel:   see replications.
/// Example:  examples/58_replications.cpp
template <executor Executor, class Experiment>
auto replicate(std::size_t count, Experiment&& experiment, Executor& where,
               replicate_options options = {}) {
  using own = std::decay_t<Experiment>;
  const auto seed_of = [first = options.first_seed](std::size_t i) {
    return std::uint64_t{first + i};
  };
  auto seeds = std::views::iota(std::size_t{0}, count) | std::views::transform(seed_of);
  const map_options parts{.chunk = detail::checked_chunk(options.chunk, count),
                          .buffer = options.buffer};
  const auto start = [&](auto call, std::shared_ptr<detail::replication_stop> stop) {
    auto results = pirn::map(where, parts, std::move(call), std::move(seeds));
    using result = typename decltype(results)::value_type;
    return replications<result>(std::move(results), options.first_seed, count, std::move(stop));
  };
  if constexpr (detail::is_of_threads<Executor>) {
    auto stop = std::make_shared<detail::replication_stop>();
    return start(detail::stoppable_experiment<own>{std::forward<Experiment>(experiment), stop},
                 stop);
  } else {
    return start(own(std::forward<Experiment>(experiment)), nullptr);
  }
}

}  // namespace pirn::des
