// answer_cache: answers that took a thread to get: each is asked for once at a time and kept for a
// while.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>

#include "pirn/core/task.hpp"
#include "pirn/exec/to_thread.hpp"

namespace pirn::net {

/// For how long answers are good, and how many are kept.
struct answer_limits {
  duration ttl;
  duration negative_ttl;  ///< of a failure
  std::size_t answers_max;
};

/// Questions that are under way, and answers.
///
/// Threads:  one loop's; the asking itself is done in the loop's threads.
/// Lifetime: outlives its tasks, not the calls in threads, whose answers nobody gets then.
template <class Answer>
class answer_cache {
 public:
  /// The answer to the question named `key`: a kept one, that of a call under way, or that of
  /// `ask()`, which is called in a thread and owns what it needs.
  ///
  /// Throws: what `ask` threw.
  /// Cancel: leaves at once; the call goes on, for the others and for those to come.
  template <class Ask>
  task<Answer> get(std::string key, answer_limits limits, Ask ask) {
    const future<Answer> answer = answer_to(key, limits, std::move(ask));
    const noting_end note{*this, key, answer};
    pirn::detail::settled_wait settled(answer.state());
    co_await settled;
    co_return answer.result();
  }

  std::size_t size() const noexcept { return kept_.size(); }
  void clear() noexcept { kept_.clear(); }

 private:
  struct entry {
    future<Answer> answer;
    time_point open_at;     ///< it had no answer yet at this moment, or got it just then
    bool is_noted = false;  ///< that it is answered
  };

  /// Looks, whenever a waiter leaves, whether the answer has come. One that comes when nobody waits
  /// counts from when the last one left: so none is used for longer than it is good.
  struct noting_end {
    ~noting_end() { cache.note(key, answer); }
    answer_cache& cache;
    const std::string& key;
    const future<Answer>& answer;
  };

  template <class Ask>
  future<Answer> answer_to(const std::string& key, const answer_limits& limits, Ask ask) {
    auto known = kept_.find(key);
    if (known != kept_.end() && is_good(known->second, limits)) return known->second.answer;
    if (known != kept_.end()) kept_.erase(known);
    while (kept_.size() >= limits.answers_max && !kept_.empty()) forget_one(limits);
    future<Answer> asked = pirn::detail::loop_threads().submit(std::move(ask));
    kept_.try_emplace(key, entry{asked, now()});
    return asked;
  }

  static bool is_good(entry& kept, const answer_limits& limits) {
    if (!kept.answer.done()) {
      kept.open_at = now();
      return true;
    }
    kept.is_noted = true;
    if (kept.answer.cancelled()) return false;
    const bool failed = kept.answer.state().error() != nullptr;
    return now() - kept.open_at < (failed ? limits.negative_ttl : limits.ttl);
  }

  // What is good no more goes first, then what is oldest. Those who wait have their own handles.
  void forget_one(const answer_limits& limits) {
    auto oldest = kept_.begin();
    for (auto each = kept_.begin(); each != kept_.end(); ++each) {
      if (!is_good(each->second, limits)) {
        kept_.erase(each);
        return;
      }
      if (each->second.open_at < oldest->second.open_at) oldest = each;
    }
    kept_.erase(oldest);
  }

  void note(const std::string& key, const future<Answer>& answer) noexcept {
    auto known = kept_.find(key);
    if (known == kept_.end() || &known->second.answer.state() != &answer.state()) return;
    if (known->second.is_noted) return;
    known->second.open_at = now();
    known->second.is_noted = answer.done();
  }

  std::unordered_map<std::string, entry> kept_;
};

}  // namespace pirn::net
