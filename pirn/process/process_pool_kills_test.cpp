// process_pool: kill -9 at random moments, mostly in the midst of calls; no result is lost, none
// comes twice.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/base/random.hpp"
#include "pirn/process/process_pool.hpp"
#include "pirn/process/shared_block.hpp"

namespace {

using namespace pirn;

void busy_for(std::uint64_t length_us) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(length_us);
  while (std::chrono::steady_clock::now() < end) {
  }
}

/// What calls write down, seen by all processes: who is in a call, and how often each try of a call
/// was begun and was ended.
class ledger {
 public:
  ledger() = default;
  explicit ledger(std::size_t tries) : words_((desks + 2 * tries) * sizeof(unsigned)) {}

  std::atomic_ref<unsigned> begun(std::size_t index) const { return word(desks + 2 * index); }
  std::atomic_ref<unsigned> ended(std::size_t index) const { return word(desks + 2 * index + 1); }
  /// Where a process that is in a call has its number. Two may share a place; then one is not seen.
  std::atomic_ref<unsigned> desk(int pid) const { return word(static_cast<unsigned>(pid) % desks); }
  bool is_in_a_call(int pid) const { return desk(pid).load() == static_cast<unsigned>(pid); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(words_);
  }

 private:
  static constexpr std::size_t desks = 64;
  std::atomic_ref<unsigned> word(std::size_t index) const {
    return std::atomic_ref(words_.as<unsigned>()[index]);
  }

  shared_block words_;
};

ledger open_ledger;
void open(ledger given) {
  open_ledger = std::move(given);
}

std::uint64_t worked(std::size_t try_number, std::uint64_t value, std::uint64_t length_us) {
  const int pid = ::getpid();
  open_ledger.begun(try_number).fetch_add(1);
  open_ledger.desk(pid).store(static_cast<unsigned>(pid));
  busy_for(length_us);
  open_ledger.desk(pid).store(0);
  open_ledger.ended(try_number).fetch_add(1);
  return value;
}

/// Keeps a pool busy while it kills the pool's processes, until so many kills have hit a call.
class trial {
 public:
  trial(std::size_t hits, std::uint64_t seed)
      : hits_wanted_(hits), tries_max_(1'000 + 100 * hits), random_(seed), ledger_(tries_max_) {}

  void run() {
    process_pool pool{{.size = 2, .name = "kills"}, open, ledger_};
    while (hits_ < hits_wanted_ || !under_way_.empty()) {
      while (hits_ < hits_wanted_ && under_way_.size() < calls_ahead) submit(pool, calls_++);
      take_oldest(pool);
      if (hits_ < hits_wanted_ && --until_kill_ == 0) kill_one(pool);
    }
  }

  void check() const {
    EXPECT_EQ(results_, calls_);
    EXPECT_EQ(sum_, calls_ * (calls_ - 1) / 2);
    EXPECT_EQ(tries_, calls_ + hits_);
    for (std::size_t i = 0; i < tries_; ++i) ASSERT_LE(ledger_.begun(i).load(), 1U) << "try " << i;
  }
  std::size_t kills() const { return kills_; }
  std::size_t calls() const { return calls_; }

 private:
  struct call {
    std::uint64_t value;
    std::size_t try_number;
    future<std::uint64_t> result;
  };
  static constexpr std::size_t calls_ahead = 12;
  static constexpr std::size_t pace_max = 6;  // results between two kills

  void submit(process_pool& pool, std::uint64_t value) {
    if (tries_ == tries_max_) throw std::length_error("the kills hardly ever find a process");
    const std::uint64_t length_us = random_.below(4) == 0 ? 2'000 : 50 + random_.below(400);
    under_way_.push_back({value, tries_, pool.submit(worked, tries_, value, length_us)});
    ++tries_;
  }

  void take_oldest(process_pool& pool) {
    call oldest = std::move(under_way_.front());
    under_way_.pop_front();
    try {
      ASSERT_EQ(oldest.result.result(), oldest.value);
      ASSERT_EQ(ledger_.begun(oldest.try_number).load(), 1U);
      ASSERT_EQ(ledger_.ended(oldest.try_number).load(), 1U);
      ++results_;
      sum_ += oldest.value;
    } catch (const broken_executor& error) {
      note_broken(error.what());
      submit(pool, oldest.value);
    }
  }

  // A call breaks by our kill only, and a kill breaks one call at most.
  void note_broken(const std::string& why) {
    auto is_named = [&why](const auto& kill) {
      return why == "process " + std::to_string(kill.first) +
                        " of process pool 'kills' in this call: died with SIGKILL";
    };
    auto by = std::ranges::find_if(unanswered_, is_named);
    ASSERT_NE(by, unanswered_.end()) << why;
    ASSERT_GT(by->second, 0U) << why << ", once too often";
    --by->second;
    ++hits_;
  }

  // One that is in a call, but any other now and then; one that is dying may still be listed.
  void kill_one(process_pool& pool) {
    until_kill_ = 1 + random_.below(pace_max);
    busy_for(random_.below(200));
    std::vector<int> pids = pool.worker_pids();
    std::erase_if(dying_, [&pids](int pid) { return std::ranges::find(pids, pid) == pids.end(); });
    std::erase_if(pids, [this](int pid) { return dying_.contains(pid); });
    if (random_.below(8) != 0) {
      std::erase_if(pids, [this](int pid) { return !ledger_.is_in_a_call(pid); });
    }
    if (pids.empty()) return;  // all are just starting: after some more results, then
    const int pid = pids[random_.below(pids.size())];
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    dying_.insert(pid);
    ++unanswered_[pid];
    ++kills_;
  }

  const std::size_t hits_wanted_;
  const std::size_t tries_max_;
  random_source random_;
  const ledger ledger_;
  std::deque<call> under_way_;
  std::uint64_t calls_ = 0;
  std::size_t tries_ = 0;
  std::size_t until_kill_ = 1;

  std::uint64_t results_ = 0;
  std::uint64_t sum_ = 0;
  std::size_t kills_ = 0;
  std::size_t hits_ = 0;
  std::set<int> dying_;
  std::map<int, unsigned> unanswered_;  // kills by process that have broken no call; numbers recur
};

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

// PIRN_TEST_KILLS: how many in calls; PIRN_TEST_SEED: which.
TEST(process_pool_kills, lose_no_result_and_double_none) {
  const std::uint64_t seed = number_from("PIRN_TEST_SEED", 11);
  SCOPED_TRACE("seed " + std::to_string(seed));
  trial trial(number_from("PIRN_TEST_KILLS", 400), seed);
  trial.run();
  trial.check();
  RecordProperty("kills", std::to_string(trial.kills()));  // not all were in a call
  RecordProperty("calls", std::to_string(trial.calls()));
}

}  // namespace
