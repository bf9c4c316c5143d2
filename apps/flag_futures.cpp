// The styles of pirn flags that submit calls to an executor and take their futures as they are
// completed.

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "flag_styles.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/as_completed.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/process/process_pool.hpp"

namespace pirn::apps {

namespace {

// The futures of all codes, and the states in which they were last seen.
template <class T>
class watched_futures {
 public:
  explicit watched_futures(const flag_task& work) : work_(work) {}

  void add(future<T> submitted) {
    futures_.push_back(std::move(submitted));
    seen_.emplace_back();
    if (work_.watch) look_at(futures_.size() - 1);
  }

  /// Shows those that have changed.
  void look() {
    if (!work_.watch) return;
    for (std::size_t i = 0; i < futures_.size(); ++i) look_at(i);
  }

  /// Cancels those that have not begun; what fails from now on is of no interest.
  void stop() {
    is_stopped_ = true;
    for (future<T>& each : futures_) each.cancel();
  }
  bool is_stopped() const noexcept { return is_stopped_; }
  const std::vector<future<T>>& all() const noexcept { return futures_; }
  const std::string& code_of(const future<T>& which) const {
    const auto is_it = [&](const future<T>& each) { return &each.state() == &which.state(); };
    const auto found = std::ranges::find_if(futures_, is_it);
    return work_.codes[static_cast<std::size_t>(found - futures_.begin())];
  }

 private:
  void look_at(std::size_t number) {
    const future_status now = futures_[number].status();
    if (std::exchange(seen_[number], now) != now) {
      work_.watch(work_.codes[number], futures_[number]);
    }
  }

  const flag_task& work_;
  std::vector<future<T>> futures_;
  std::vector<std::optional<future_status>> seen_;
  bool is_stopped_ = false;
};

task<flag_result> stored(const flag_order&, flag_result downloaded) {
  co_return downloaded;
}
task<flag_result> stored(const flag_order& order, fetched_flag fetched) {
  return store_flag(order, std::move(fetched));
}

// Returns: nullopt when it was stopped before it had a result.
template <class T>
std::optional<T> value_of(const future<T>& ended) {
  try {
    return std::move(ended.result());
  } catch (const future_cancelled&) {
    return std::nullopt;
  }
}

// What came of a code whose future is done.
template <class T>
task<std::optional<flag_result>> result_of(const flag_task& work, std::string code,
                                           future<T> ended) {
  flag_result result{.code = std::move(code), .file = {}, .message = {}};
  try {
    std::optional<T> value = value_of(ended);
    if (!value) co_return std::nullopt;
    task<flag_result> storing = stored(work.order, *std::move(value));
    result = co_await std::move(storing);
  } catch (const broken_executor& error) {  // its process died
    result.message = std::string("error: ") + error.what();
  }
  co_return result;
}

// Tells of each that has a result, in the order in which they come.
template <class T>
task<> tell_completed(watched_futures<T>& futures, const flag_task& work, const flag_sink& done) {
  as_completed completed(futures.all());
  for (;;) {
    const std::optional<future<T>> next = co_await completed.next();
    if (!next) co_return;
    futures.look();
    std::optional<flag_result> result = co_await result_of(work, futures.code_of(*next), *next);
    const bool was_stopped = futures.is_stopped() && result && result->fate == flag_fate::failed;
    if (result && !was_stopped) done(*std::move(result));
  }
}

template <class T>
task<> tell_all(watched_futures<T>& futures, const flag_task& work, const flag_sink& done) {
  co_await shield(tell_completed(futures, work, done));
}

// Shielded, since what has been downloaded is to be counted: when this wait is cancelled, `stop`
// sees to it that the futures end soon.
template <class T>
task<> await_all(task_group& group, watched_futures<T>& futures, const flag_task& work,
                 const std::function<void()>& stop, const flag_sink& done) {
  const scope_exit end_early([&] {
    futures.stop();
    stop();
  });
  child<void> telling = group.start(tell_all(futures, work, done));
  co_await telling;
}

template <class T>
task<> run_to_the_end(watched_futures<T>& futures, const flag_task& work,
                      const std::function<void()>& stop, const flag_sink& done) {
  co_await with_group(&await_all<T>, std::ref(futures), std::cref(work), std::cref(stop),
                      std::cref(done));
}

}  // namespace

task<> run_futures(const flag_task& work, const flag_sink& done) {
  stop_switch stop;
  thread_pool pool(work.connections);
  watched_futures<flag_result> futures(work);
  for (const std::string& code : work.codes) {
    futures.add(pool.submit(&download_flag_blocking, std::cref(work.order), code, std::ref(stop)));
  }
  const std::function<void()> stop_all = [&stop] { stop.stop(); };
  co_await run_to_the_end(futures, work, stop_all, done);
}

task<> run_processes(const flag_task& work, const flag_sink& done) {
  std::optional<process_pool> own;
  flag_fetcher fetch = work.fetch;
  if (!fetch) {
    own.emplace(work.connections);
    fetch = [&own](const flag_order& order, const std::string& code) {
      return own->submit(&fetch_flag_blocking, order, code);
    };
  }
  watched_futures<fetched_flag> futures(work);
  for (const std::string& code : work.codes) futures.add(fetch(work.order, code));
  const std::function<void()> stop_all = [&own] {
    if (own) own->kill_workers();
  };
  co_await run_to_the_end(futures, work, stop_all, done);
}

}  // namespace pirn::apps
