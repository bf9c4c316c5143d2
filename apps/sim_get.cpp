#include "sim_get.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "get_session.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/world/crash_at_end.hpp"
#include "pirn/world/nemesis.hpp"
#include "serve_session.hpp"
#include "sim_end.hpp"
#include "sim_site.hpp"

namespace pirn::apps {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view directory = "/out";

task<> serve_site(sim_site* site) {
  const serve_plan plan{.directory = std::string(sim_site::directory), .http = {}, .secure = {}};
  const serve_log log{.requests = {}, .failures = [](std::string_view) {}};
  net::listener where(net::any(80));
  auto body = [&](task_group& group) -> task<> {
    group.start(serve_directory(where, plan, log));
    group.start(site->keep_changing());
    co_return;
  };
  co_await with_group(body);
}

get_plan plan_for(const sim_site& site, random_source lots, bool sync) {
  get_plan plan{.urls = {},
                .input = {},
                .directory = std::string(directory),
                .parallel_max = 1 + lots.below(6),
                .per_host_max = 1 + lots.below(6),
                .silence_max = 3s,
                .connect_max = 3s,
                .trust = {},
                .retries = {.retries_max = static_cast<unsigned>(lots.below(4))},
                .keep_partial = lots.below(2) == 0,
                .sync = sync,
                .run = {}};
  for (const site_file& each : site.files()) plan.urls.push_back("http://server/" + each.name);
  return plan;
}

/// The client, and what is known of its disk.
class downloader {
 public:
  downloader(host& home, sim_site& site, get_plan plan)
      : home_(home), site_(site), plan_(std::move(plan)), kept_(site.files().size()) {}

  /// Downloads everything again and again until it is told to stop, and then once more.
  task<> run() {
    check_disk();  // after a crash
    for (bool is_last = false; !is_last; co_await sleep_for(1s)) {
      is_last = must_stop_;
      co_await download_all();
      if (!is_last) continue;
      if (ok_ != kept_.size()) throw std::runtime_error("not all came at last: " + why_not_);
      check_names();
    }
  }
  /// Nothing fails any more, and nothing changes.
  void stop() noexcept { must_stop_ = true; }

 private:
  task<> download_all();
  void check_report(const url_result& result);
  void check_ok(std::size_t number);
  void check_disk() const;
  void check_names() const;
  std::optional<std::string> content_of(const site_file& file) const {
    return home_.disk().text_of(std::string(directory) + "/" + file.name);
  }

  host& home_;
  sim_site& site_;
  get_plan plan_;
  std::vector<std::size_t> kept_;  // of each file the version that a report said is there, plus 1
  bool must_stop_ = false;
  // Of one run of the command.
  std::vector<std::size_t> there_before_;
  std::vector<int> reports_;
  std::size_t ok_ = 0;
  std::string why_not_;  // some file did not come
  std::string wrong_;    // what must not be
};

task<> downloader::download_all() {
  ok_ = 0;
  there_before_.clear();
  for (const site_file& each : site_.files()) there_before_.push_back(each.settled);
  reports_.assign(site_.files().size(), 0);
  const result_sink tell = [this](const url_result& result) { check_report(result); };
  bool has_begun = true;
  try {
    co_await get_urls(plan_, tell);
  } catch (const std::system_error& error) {
    has_begun = false;  // no directory for them
    why_not_ = error.what();
  }
  if (has_begun && std::ranges::find(reports_, 0) != reports_.end()) wrong_ = "one is not reported";
  if (!wrong_.empty()) throw std::runtime_error(wrong_);
  check_disk();
}

// Is called while the stack unwinds too, so it does not throw. A host that crashes tells nobody.
void downloader::check_report(const url_result& result) {
  if (!home_.is_up()) return;
  const auto found = std::ranges::find(plan_.urls, result.url);
  const auto number = static_cast<std::size_t>(found - plan_.urls.begin());
  if (found == plan_.urls.end()) {
    wrong_ = "reported, but not asked for: " + result.url;
  } else if (++reports_[number] > 1) {
    wrong_ = "reported twice: " + result.url;
  } else if (result.fate == url_fate::ok) {
    check_ok(number);
  } else {
    why_not_ = result.url + ": " + result.reason;
  }
}

void downloader::check_ok(std::size_t number) {
  ++ok_;
  const site_file& file = site_.files()[number];
  const std::optional<std::string> content = content_of(file);
  const auto version = content ? file.version_of(*content) : std::nullopt;
  if (!version) {
    wrong_ = file.name + " is reported ok and is " + (content ? "wrong" : "not there");
  } else if (*version < there_before_[number]) {
    wrong_ = fmt::format("{} is reported ok: version {}, though {} was there", file.name, *version,
                         there_before_[number]);
  } else {
    kept_[number] = *version + 1;
  }
}

// Whatever has its name is whole, and what was reported is there, or something newer.
void downloader::check_disk() const {
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const site_file& file = site_.files()[i];
    const std::optional<std::string> content = content_of(file);
    if (!content && kept_[i] == 0) continue;
    if (!content) throw std::runtime_error(file.name + " was reported ok and is lost");
    const std::optional<std::size_t> version = file.version_of(*content);
    if (!version) throw std::runtime_error(file.name + " is wrong");
    if (*version + 1 < kept_[i]) throw std::runtime_error(file.name + " is an older one again");
  }
}

// When all has come, no partial download is left that a later run would go on with.
void downloader::check_names() const {
  const auto entries = home_.disk().entries(std::string(directory));
  for (const directory_entry& each : entries.value()) {
    const bool is_known =
        std::ranges::find(site_.files(), each.name, &site_file::name) != site_.files().end();
    if (!is_known && !each.name.ends_with(".part.info.part")) {
      throw std::runtime_error("in the end there is " + each.name);
    }
  }
}

task<> keep_downloading(downloader* what) {
  co_await what->run();
}

}  // namespace

void simulate_get(world& w, sim_get_options options) {
  host& server = w.add_host("server", "10.0.0.1");
  host& client = w.add_host("client", "10.0.0.2");
  sim_site site(server, w.random("site"));
  server.boot(serve_site, &site);
  const bool may_crash = w.options().seed / 2 % 2 == 0;
  downloader all(client, site, plan_for(site, w.random("plan"), may_crash && options.sync));
  const crash_at_end guard(w);
  if (may_crash) {
    client.boot(keep_downloading, &all);
  } else {
    client.run(keep_downloading, &all);
  }
  nemesis trouble(w, {.active_for = 20s,
                      .gap_max = 1500ms,
                      .lasts_max = 4s,
                      .full_disks = 1,
                      .failing_disks = 1,
                      .clock_jumps = 1,
                      .drifts = 1});
  w.run_for(20s);

  site.freeze();
  all.stop();
  end_and_check(w, {"server"});
  if (client.disk().open_files() > 0) throw world_failure(w.moment(), "the client left files open");
}

}  // namespace pirn::apps
