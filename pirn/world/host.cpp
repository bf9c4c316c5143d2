#include "pirn/world/host.hpp"

#include <algorithm>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/net/resolver.hpp"
#include "pirn/platform/blocking_files.hpp"
#include "pirn/tls/seeded_random.hpp"
#include "pirn/world/world.hpp"

namespace pirn {

host::host(world& home, sim::host_setup setup, const host_options& options)
    : world_(home),
      net_(home.net(), std::move(setup)),
      disk_(home.events(), home.random(net_.name())),
      options_(options),
      clock_(home.now()),
      secrets_(random("secrets")) {
  PIRN_ASSERT(options.disk_delay >= duration::zero(), "a request to a file takes time");
  clock_.skew(home.now(), options.clock_skew);
  clock_.drift(home.now(), options.clock_drift_ppm);
  net_.ledger().tell(this);
  start_loop();
}

host::~host() {
  PIRN_ASSERT(running_loop_ == nullptr, "a world brings its hosts down before they end");
}

void host::start_loop() {
  const world_options& all = world_.options();
  std::optional<std::uint64_t> shuffle_seed;
  if (all.schedule.order != turn_order::fifo) shuffle_seed = random("tasks")();
  running_loop_ = std::make_unique<detail::host_loop>(
      net_, clock_,
      detail::host_loop_options{.files = &files(),
                                .file_delay = options_.disk_delay,
                                .blocking_delay = all.blocking_delay,
                                .shuffle_seed = shuffle_seed});
  decisions_ = 0;
  loop_entry entered(loop());
  net::resolver::current().ask(world_.names());
  if (all.schedule.order != turn_order::pct) return;
  order_of_ready.of(loop()) = std::make_unique<detail::pct_order>(random("tasks"), all.schedule);
}

void host::stop_loop() noexcept {
  const detail::buggify_scope programs_run(world_.buggify_sites());
  const tls::seeded_random seeded(secrets_);
  const detail::blocking_files_scope they_see(files());
  running_loop_->end_tasks();
  running_loop_.reset();
  clear(timer_);
  timer_at_ = never;
  clear(pause_end_);
  paused_ = false;
}

loop& host::loop() noexcept {
  PIRN_ASSERT(running_loop_ != nullptr, "the host is down");
  return running_loop_->loop();
}

time_point host::now() const noexcept {
  return clock_.local(world_.now());
}

random_source host::random(std::string_view purpose) const noexcept {
  return world_.random(name()).split(purpose);
}

std::size_t host::sockets() const noexcept {
  return net_.sockets();
}

std::string host::dump_tasks() {
  return running_loop_ == nullptr ? "down\n" : loop().dump_tasks();
}

// ---- programs ----

program& host::start(task<> main) {
  const std::string number = programs_.empty() ? "" : "#" + std::to_string(programs_.size() + 1);
  programs_.push_back(std::make_unique<program>(*this, name() + number));
  ++running_;
  programs_.back()->start(loop(), std::move(main));
  wake();
  return *programs_.back();
}

program& host::start_boot() {
  loop_entry entered(loop());
  return start(boot_());
}

void host::program_ended(program& which) noexcept {
  if (--running_ == 0) world_.programs_have_ended(*this);
  if (which.error() != nullptr) world_.program_has_failed(which);
}

// ---- turns ----

void host::wake() {
  if (awake_ || running_loop_ == nullptr) return;
  awake_ = true;
  if (!paused_) world_.add_awake(*this);
}

void host::take_turn() {
  awake_ = false;
  taking_turn_ = true;
  {
    const detail::buggify_scope programs_run(world_.buggify_sites());
    const tls::seeded_random seeded(secrets_);
    const detail::blocking_files_scope they_see(files());
    loop().run_ready();
  }
  taking_turn_ = false;
  if (loop().mail().has_mail()) wake();
  if (const std::uint64_t latest = loop().decisions(); latest != decisions_) {
    decisions_ = latest;
    world_.note(sim::decision::ran, number(), latest >> 8);
    if (world_observer* observer = world_.observer()) observer->took_turn(*this);
  }
  set_timer();
}

// The loop's first timer as an event of the world's.
void host::set_timer() {
  timer_queue& timers = loop().timers();
  const time_point next = timers.empty() ? never : clock_.world(timers.earliest());
  if (next == timer_at_) return;
  clear(timer_);
  timer_at_ = next;
  if (next != never) world_.events().add(timer_, std::max(next, world_.now()));
}

void host::timer_due() {
  timer_at_ = never;
  wake();
}

void host::clear(alarm& set) noexcept {
  if (set.is_armed()) world_.events().remove(set);
}

// ---- faults ----

void host::crash() {
  PIRN_ASSERT(!taking_turn_, "a host is not crashed by its own tasks");
  world_.note_fault("crash", *this);
  net_.go_down();
  disk_.cut_off();
  stop_loop();
  disk_.lose_power();
  world_.forget_awake(*this);
  awake_ = false;
}

void host::restart() {
  if (is_up()) crash();
  world_.note_fault("restart", *this);
  net_.come_up();
  start_loop();
  if (boot_ != nullptr) start_boot();
}

void host::pause(duration length) {
  PIRN_ASSERT(length >= duration::zero(), "a pause takes time");
  world_.note_fault("pause", *this);
  clear(pause_end_);
  world_.events().add(pause_end_, saturating_add(world_.now(), length));
  if (paused_) return;
  paused_ = true;
  world_.forget_awake(*this);  // it still is, and says so at the end of the pause
}

void host::resume() {
  if (!paused_) return;
  clear(pause_end_);
  paused_ = false;
  if (awake_) world_.add_awake(*this);
}

void host::set_disk_delay(duration delay) {
  PIRN_ASSERT(delay >= duration::zero(), "a request to a file takes time");
  world_.note_fault("disk delay", *this);
  options_.disk_delay = delay;
  if (running_loop_ != nullptr) running_loop_->driver().set_file_delay(delay);
}

void host::set_disk(const sim::disk_options& options) {
  world_.note_fault("disk", *this);
  disk_.set_options(options);
}

void host::skew(duration ahead) {
  world_.note_fault("skew", *this);
  clock_.skew(world_.now(), ahead);
  wake();
}

void host::drift(std::int32_t parts_per_million) {
  world_.note_fault("drift", *this);
  clock_.drift(world_.now(), parts_per_million);
  wake();
}

}  // namespace pirn
