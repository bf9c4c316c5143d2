// idle_workers: how many of a pool's workers have nothing to do, and which sleep.
#pragma once

#include <atomic>
#include <cstdint>

#include "pirn/base/compiler.hpp"
#include "pirn/platform/barrier.hpp"
#include "pirn/platform/futex.hpp"

namespace pirn::detail {

/// Counts the workers that search for work, those that sleep, and those whose thread has not
/// started yet. A worker without work searches for a while, then sleeps. New work wakes one (or
/// starts one) only if nobody searches, and the last searcher to find something sees to the next:
/// one wake-up is on its way at a time, and a steady stream of work costs none.
///
/// What makes that safe: work is put where searchers look before somebody asks whether to wake, and
/// who is going to sleep counts itself as asleep before it looks a last time. Between the two steps
/// one passes the light barrier, the other the heavy one, so at least one of them sees the other.
/// A search ends without the heavy barrier, which would cost each search a system call; so who sees
/// somebody search while others sleep passes a whole one itself and looks again.
///
/// Threads: any.
class idle_workers {
 public:
  explicit idle_workers(unsigned unstarted) noexcept
      : search_max_((unstarted + 1) / 2), counts_(unstarted * one_unstarted) {}

  /// Whether there is someone to wake and nobody searches; asked after work was put in its place.
  PIRN_ALWAYS_INLINE bool wants_wake() const noexcept {
    light_barrier(asymmetric_);
    const std::uint64_t now = counts_.load(std::memory_order_relaxed);
    if (now < one_asleep) return false;
    return (now & searching_mask) == 0 || last_search_is_over();
  }
  unsigned asleep() const noexcept {
    return static_cast<unsigned>(counts_.load() % one_unstarted / one_asleep);
  }

  enum class claim : std::uint8_t { nobody, asleep, unstarted };

  /// Makes a searcher of a worker that sleeps or has not started, unless somebody searches already.
  /// The caller then calls wake_one(), or starts a thread for it.
  claim claim_one() noexcept;
  void wake_one() noexcept { permits_.give(1); }
  /// There was no thread to be had for the worker that was claimed.
  void unclaim_unstarted() noexcept { counts_.fetch_add(one_unstarted - 1); }
  /// Ends every worker's sleep; for the end of all work.
  void wake_all() noexcept;

  /// One more worker that has not started.
  void add_unstarted() noexcept { counts_.fetch_add(one_unstarted); }

  // For a worker: start_search(), then found(), or sleep() and all over again.
  void start_search() noexcept { counts_.fetch_add(1); }
  /// Whether more than half of the workers search: as many as there is work to be expected for.
  /// Relaxed, since only the length of a search depends on it.
  bool many_search() const noexcept {
    return (counts_.load(std::memory_order_relaxed) & searching_mask) > search_max_;
  }
  /// The search is over.
  /// Returns: whether nobody else searches: then others may be needed for what is left.
  bool found() noexcept { return (counts_.fetch_sub(1) & searching_mask) == 1; }
  /// Goes from searching to sleeping; `look` says whether there is work after all.
  /// Returns: when there may be work, with the worker counted as searching again.
  template <class Look>
  void sleep(Look look) {
    counts_.fetch_add(one_asleep - 1);
    heavy_barrier();
    if (look() && stay_awake()) return;
    permits_.take();
  }

 private:
  static constexpr std::uint64_t one_asleep = std::uint64_t{1} << 32U;
  static constexpr std::uint64_t one_unstarted = std::uint64_t{1} << 48U;
  static constexpr std::uint64_t searching_mask = one_asleep - 1;

  /// Wake-ups that were sent and not received yet.
  class permits {
   public:
    void give(std::uint32_t count) noexcept;
    void take() noexcept;

   private:
    std::atomic<std::uint32_t> count_{0};
  };

  bool stay_awake() noexcept;
  // Pairs with found(), after which the searcher looks once more: either it sees the work that was
  // put in its place before this fence, or this sees that it searches no more.
  [[gnu::noinline]] bool last_search_is_over() const noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return (counts_.load(std::memory_order_relaxed) & searching_mask) == 0;
  }

  const bool asymmetric_ = has_asymmetric_barrier();
  const unsigned search_max_;
  std::atomic<std::uint64_t> counts_;  // unstarted, asleep (16 bits each), searching
  permits permits_;
};

}  // namespace pirn::detail
