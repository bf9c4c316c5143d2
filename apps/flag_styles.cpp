#include "flag_styles.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "flag_server.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

namespace {

struct connection_limits {
  unsigned customary;
  unsigned most;
};

connection_limits limits_of(flag_style style) noexcept {
  switch (style) {
    case flag_style::sequential:
      return {1, 1};
    case flag_style::threads:
    case flag_style::futures:
      return {30, 1000};
    case flag_style::processes:
      return {5, 60};
    case flag_style::async:
    case flag_style::virtual_time:
      return {5, 1000};
  }
  std::unreachable();
}

task<> download_and_tell(http::client& client, const flag_order& order, std::string code,
                         semaphore& permits, const flag_sink& done) {
  flag_result result = co_await download_flag(client, order, std::move(code), permits);
  done(std::move(result));
}

task<> start_downloads(task_group& downloads, const flag_task& work, http::client& client,
                       semaphore& permits, const flag_sink& done) {
  for (const std::string& code : work.codes) {
    downloads.start(download_and_tell(client, work.order, code, permits, done));
  }
  co_return;
}

task<flag_result> result_of(future<flag_result> downloaded) {
  flag_result& result = co_await downloaded;
  co_return std::move(result);
}

// Shielded: a thread cannot be called back, and the file that it may have written is to be counted.
task<> await_and_tell(future<flag_result> downloaded, const flag_sink& done) {
  try {
    flag_result result = co_await shield(result_of(std::move(downloaded)));
    done(std::move(result));
  } catch (const future_cancelled&) {
    co_return;  // it was stopped before it had a result
  }
}

task<> download_in_threads(task_group& waiting, const flag_task& work, thread_pool& pool,
                           stop_switch& stop, const flag_sink& done) {
  std::vector<child<void>> downloads;
  const scope_exit end_early([&] { stop.stop(); });  // when this wait is cancelled
  for (const std::string& code : work.codes) {
    downloads.push_back(waiting.start(await_and_tell(
        pool.submit(&download_flag_blocking, std::cref(work.order), code, std::ref(stop)), done)));
  }
  for (child<void>& each : downloads) co_await each;
}

task<> download_beside_site(task_group& group, const flag_task& work, net::listener& where,
                            const flag_site& site, const flag_sink& done) {
  child<void> serving = group.start(serve_flags(where, site));
  co_await run_async(work, done);
  serving.cancel();
}

task<duration> download_on_virtual_time(flag_task work, const flag_sink& done) {
  const time_point begun = now();
  const flag_site site(work.flags_directory, work.manners);
  net::listener where(net::loopback(0));
  work.order.base_url = "http://" + where.local().to_string() + "/flags";
  co_await with_group(&download_beside_site, std::cref(work), std::ref(where), std::cref(site),
                      std::cref(done));
  co_return now() - begun;
}

}  // namespace

std::string_view to_string(flag_style style) noexcept {
  switch (style) {
    case flag_style::sequential:
      return "sequential";
    case flag_style::threads:
      return "threads";
    case flag_style::futures:
      return "futures";
    case flag_style::processes:
      return "processes";
    case flag_style::async:
      return "async";
    case flag_style::virtual_time:
      return "virtual";
  }
  std::unreachable();
}

unsigned connections_of(flag_style style, std::optional<unsigned> wanted, std::size_t codes) {
  const connection_limits limits = limits_of(style);
  const unsigned allowed = std::min(wanted.value_or(limits.customary), limits.most);
  return static_cast<unsigned>(std::min<std::size_t>(allowed, codes));
}

task<> run_sequential(const flag_task& work, const flag_sink& done) {
  http::client client(client_options_of(work.order, work.connections));
  semaphore permits;
  for (const std::string& code : work.codes) {
    co_await download_and_tell(client, work.order, code, permits, done);
  }
}

task<> run_threads(const flag_task& work, const flag_sink& done) {
  stop_switch stop;
  thread_pool pool(work.connections);
  co_await with_group(&download_in_threads, std::cref(work), std::ref(pool), std::ref(stop),
                      std::cref(done));
}

task<> run_async(const flag_task& work, const flag_sink& done) {
  http::client client(client_options_of(work.order, work.connections));
  semaphore permits(work.connections);
  co_await with_group(&start_downloads, std::cref(work), std::ref(client), std::ref(permits),
                      std::cref(done));
}

std::chrono::nanoseconds run_virtual(const flag_task& work, const flag_sink& done) {
  const run_options options{.driver = driver_choice::virtual_time,
                            .seed = work.manners.seed,
                            .handle_sigint = false,
                            .handle_sigterm = false,
                            .blocking_threads = 1};
  return run(options, &download_on_virtual_time, work, std::cref(done));
}

}  // namespace pirn::apps
