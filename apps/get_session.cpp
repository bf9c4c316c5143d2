#include "get_session.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "command.hpp"
#include "directories.hpp"
#include "download_names.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/sync/semaphore.hpp"
#include "url_download.hpp"
#include "url_source.hpp"

namespace pirn::apps {

namespace {

using steady_clock = std::chrono::steady_clock;

http::client_options client_options_of(const get_plan& plan) {
  return {.connect_timeout = plan.connect_max,
          .response_timeout = plan.silence_max,
          .read_timeout = plan.silence_max,
          .idle_per_host_max = plan.per_host_max};
}

// The system's trust store takes a while to read, so it is read when an https URL comes.
std::optional<tls::context> trust_of(const get_plan& plan) {
  if (plan.trust.is_default()) return std::nullopt;
  return client_context(plan.trust, http_protocols);
}

write_whole_options storing_of(const get_plan& plan) noexcept {
  return {.sync = plan.sync};
}

// Returns: what an earlier run has left there.
std::set<std::string> prepare_directory(const std::string& path) {
  make_directories(path);
  return partial_downloads_in(path);
}

// So many URLs are looked at ahead of those that are fetched, so that one host's queue does not
// hold up the others.
std::ptrdiff_t lookahead_of(const get_plan& plan) {
  constexpr std::size_t least = 64;
  constexpr std::size_t most = 4096;
  return static_cast<std::ptrdiff_t>(
      std::max(plan.parallel_max, std::clamp(plan.parallel_max * 4, least, most)));
}

class get_session {
 public:
  get_session(const get_plan& plan, const result_sink& tell, progress_bar* progress);

  /// Downloads everything. After the first failure with --fail-early the rest is given up.
  /// Throws: std::system_error when the input could not be read on; what came of it is downloaded.
  task<> run_all();

 private:
  task<> feed(task_group& downloads);
  task<> read_and_start(task_group& downloads);
  void start(task_group& downloads, std::string text);
  task<> download(url_job job, url_result result);
  task<> fetch(url_job& job);
  task<> attempt(url_job& job);
  semaphore& permits_of(const http::url& url);
  void tell(const url_result& result);
  void count_bytes(std::size_t size_bytes);

  const get_plan& plan_;
  const result_sink& tell_;
  url_source source_;
  download_names names_;
  std::set<std::string> partials_;
  http::client client_;
  small_files files_;
  download_tools tools_;
  semaphore lookahead_;
  semaphore slots_;
  std::map<std::string, semaphore, std::less<>> hosts_;
  cancel_scope until_failure_;
  std::exception_ptr input_error_;
  progress_bar* bar_;
  std::uint64_t arrived_bytes_ = 0;
};

get_session::get_session(const get_plan& plan, const result_sink& tell, progress_bar* progress)
    : plan_(plan),
      tell_(tell),
      source_(plan.urls, plan.input),
      client_(client_options_of(plan), trust_of(plan)),
      files_(storing_of(plan)),
      tools_{.client = client_,
             .files = files_,
             .storing = storing_of(plan),
             .arrived = [this](std::size_t size_bytes) { count_bytes(size_bytes); }},
      lookahead_(lookahead_of(plan)),
      slots_(static_cast<std::ptrdiff_t>(plan.parallel_max)),
      bar_(progress) {}

task<> get_session::run_all() {
  partials_ = co_await to_thread(&prepare_directory, plan_.directory);
  auto body = [this](task_group& downloads) { return feed(downloads); };
  co_await within(until_failure_, with_group(body));
  if (input_error_) std::rethrow_exception(input_error_);
}

task<> get_session::feed(task_group& downloads) {
  try {
    co_await read_and_start(downloads);
  } catch (const std::system_error&) {
    input_error_ = std::current_exception();  // what has been started goes on
  }
}

task<> get_session::read_and_start(task_group& downloads) {
  for (std::size_t count = 0;; ++count) {
    co_await lookahead_.acquire();
    std::optional<std::string> text = co_await source_.next();
    if (!text) {
      if (bar_ != nullptr) bar_->set_total(count);
      co_return;
    }
    start(downloads, *std::move(text));
  }
}

void get_session::start(task_group& downloads, std::string text) {
  url_result result{.url = std::move(text), .file = {}, .reason = {}};
  try {
    url_job job(http::url::parse(result.url));
    const std::string name = names_.take(suggested_name(job.url.path()));
    job.path = plan_.directory == "." ? name : plan_.directory + "/" + name;
    job.look_for_partial = partials_.contains(name);
    downloads.start(download(std::move(job), std::move(result)));
  } catch (const std::system_error& error) {
    result.fate = url_fate::failed;
    result.reason = error.what();
    tell(result);
    lookahead_.release();
  }
}

semaphore& get_session::permits_of(const http::url& url) {
  const auto most = static_cast<std::ptrdiff_t>(plan_.per_host_max);
  return hosts_.try_emplace(url.host_field(), most).first->second;
}

void get_session::count_bytes(std::size_t size_bytes) {
  arrived_bytes_ += size_bytes;
  if (bar_ == nullptr || !bar_->is_shown()) return;
  bar_->set_note(human_size(static_cast<double>(arrived_bytes_)));
  bar_->refresh();
}

void get_session::tell(const url_result& result) {
  if (bar_ != nullptr) bar_->hide();
  tell_(result);
  if (bar_ != nullptr) bar_->advance();
  if (result.fate == url_fate::failed && plan_.fail_early) until_failure_.cancel();
}

// One request, within the limits of all and of its host. The host's comes first: who waits for a
// busy host holds up nobody else.
task<> get_session::attempt(url_job& job) {
  auto at_host = co_await permits_of(job.url).scoped_acquire();
  auto slot = co_await slots_.scoped_acquire();
  co_await attempt_download(tools_, job);
}

task<> get_session::fetch(url_job& job) {
  for (;;) {
    std::exception_ptr error;
    try {
      co_await attempt(job);
      co_return;
    } catch (const std::exception&) {
      error = std::current_exception();
    }
    const auto wait = wait_before_retry(plan_.retries, job.attempts, error, job.path);
    if (!wait) std::rethrow_exception(error);
    co_await sleep_for(*wait);
  }
}

// Downloads one URL and tells what became of it, also when it is cancelled. A part that lies on the
// disk stays there only if a later run is to go on with it.
task<> get_session::download(url_job job, url_result result) {
  const time_point begun = now();
  const scope_exit conclude([&] {
    result.elapsed = now() - begun;
    result.attempts = job.attempts;
    result.status = http::to_int(job.status);
    result.resumed_from = job.resumed_from;
    tell(result);
    lookahead_.release();
  });
  result.reason = "stopped before it was done";
  try {
    co_await fetch(job);
    result.fate = url_fate::ok;
    result.file = job.path;
    result.size_bytes = job.size_bytes;
    co_return;
  } catch (const std::exception& error) {
    result.fate = url_fate::failed;
    result.reason = error.what();
  }
  if (job.resume && !plan_.keep_partial) co_await discard_partial(job.path);
}

}  // namespace

task<> get_urls(const get_plan& plan, const result_sink& tell, progress_bar* progress) {
  get_session session(plan, tell, progress);
  co_await session.run_all();
}

int run_get(const get_plan& plan) {
  get_report report(plan.form);
  const result_sink tell = [&](const url_result& result) { report.add(result); };
  progress_bar progress("get", plan.input.empty() ? plan.urls.size() : 0);
  const auto begun = steady_clock::now();
  int signal_status = 0;
  std::exception_ptr error;
  try {
    run(plan.run, &get_urls, std::cref(plan), std::cref(tell), &progress);
  } catch (const ended_by_signal& asked) {
    signal_status = asked.exit_status();
  } catch (const std::system_error&) {
    error = std::current_exception();  // what was downloaded is still reported
  }
  progress.finish();
  report.finish(steady_clock::now() - begun);
  if (error) std::rethrow_exception(error);
  if (signal_status != 0) return signal_status;
  return report.totals().ok == report.totals().count() ? 0 : exit_failure;
}

}  // namespace pirn::apps
