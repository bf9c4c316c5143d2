// host: a simulated host that runs ordinary programs.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "pirn/core/spawn_call.hpp"
#include "pirn/sim/disk.hpp"
#include "pirn/sim/host.hpp"
#include "pirn/world/host_clock.hpp"
#include "pirn/world/host_loop.hpp"
#include "pirn/world/program.hpp"

namespace pirn {

class world;

/// What a host is like.
struct host_options {
  duration clock_skew{};             ///< how far its clock is ahead of the world's at first
  std::int32_t clock_drift_ppm = 0;  ///< how many microseconds it gains each second
  duration disk_delay{};             ///< how long a request to a file takes
  file_tree* files = nullptr;        ///< somebody else's files in place of its own disk
};
static_assert(std::is_trivially_copyable_v<host_options>);

/// A host of a world, with a loop of its own. What runs on it are ordinary programs; hosts share
/// nothing but the network and the time.
///
/// Threads:  its world's.
/// Lifetime: its world's. Made by world::add_host().
class host final : private sim::request_ledger::observer {
 public:
  host(world& home, sim::host_setup setup, const host_options& options);
  host(host&&) = delete;  // programs point at it
  ~host();

  const std::string& name() const noexcept { return net_.name(); }
  /// Its first address, with this port.
  endpoint at(std::uint16_t port) const noexcept {
    return net_.addresses().front().with_port(port);
  }

  /// Starts `fn(args...)`, a task<>, as a program; it runs when the world does. What it throws ends
  /// the world's run.
  /// Requires: the host is up.
  template <class Fn, class... Args>
  program& run(Fn&& fn, Args&&... args) {
    loop_entry entered(loop());
    return start(detail::spawn_call(std::forward<Fn>(fn), std::forward<Args>(args)...));
  }

  /// What the host runs whenever it starts, from now on: at once, and after each restart, with
  /// copies of `fn` and the arguments.
  template <class Fn, class... Args>
  program& boot(Fn fn, Args... args) {
    boot_ = [fn = std::move(fn), ... args = std::move(args)] {
      return detail::spawn_call(fn, args...);
    };
    return start_boot();
  }
  bool has_boot() const noexcept { return boot_ != nullptr; }

  /// Those that were started, in order, ended ones included.
  const std::deque<std::unique_ptr<program>>& programs() const noexcept { return programs_; }
  std::size_t running_programs() const noexcept { return running_; }
  bool is_up() const noexcept { return net_.is_up(); }
  bool is_paused() const noexcept { return paused_; }

  /// Cuts the power. Nothing that its programs have not sent yet gets out; those who talk to it
  /// hear nothing. Then its tasks are cancelled, through shields, and end: destructors run, but
  /// whatever they do is seen by nobody. Its disk loses what was not synced, by lot.
  /// Requires: it is up, and none of its own tasks calls this.
  void crash();
  /// Crashes it if it is up, brings it up again and starts its boot program. Its address, clock and
  /// ways remain; connections from before are answered with a reset.
  void restart();
  /// The same with another boot program.
  template <class Fn, class... Args>
  program& restart(Fn fn, Args... args) {
    boot_ = nullptr;
    restart();
    return boot(std::move(fn), std::move(args)...);
  }

  /// Its programs do nothing for so long, as after SIGSTOP; the kernel goes on: what arrives waits.
  void pause(duration length);
  /// Ends a pause before its time.
  void resume();

  /// Its files. A crash takes of them what was not synced.
  sim::disk& disk() noexcept { return disk_; }
  /// Requests to files take so long from now on.
  void set_disk_delay(duration delay);
  duration disk_delay() const noexcept { return options_.disk_delay; }
  /// What its disk is like from now on: how much it holds, how often it fails.
  void set_disk(const sim::disk_options& options);

  /// Its clock is so much further ahead from now on.
  void skew(duration ahead);
  /// Its clock gains so many microseconds a second from now on.
  void drift(std::int32_t parts_per_million);
  std::int32_t drift_ppm() const noexcept { return clock_.drift_ppm(); }
  /// What its clock shows.
  time_point now() const noexcept;

  /// Random numbers of this host's own, by purpose; equal in equal runs.
  random_source random(std::string_view purpose) const noexcept;

  /// Sockets that programs hold.
  std::size_t sockets() const noexcept;
  /// The tree of its tasks as text.
  std::string dump_tasks();

  // For the world.
  sim::host& net() noexcept { return net_; }
  std::size_t number() const noexcept { return net_.number(); }
  /// Requires: it is up.
  pirn::loop& loop() noexcept;

 private:
  friend class world;
  friend class program;

  /// A moment at which the host has to be looked at.
  struct alarm final : sim::simulated_event {
    alarm(host& of, void (host::*what)()) noexcept : of(of), what(what) {}
    void fire() noexcept override { (of.*what)(); }

    host& of;
    void (host::*what)();
  };

  program& start(task<> main);
  program& start_boot();
  void start_loop();
  void stop_loop() noexcept;
  void program_ended(program& which) noexcept;
  /// Runs what is ready on its loop.
  void take_turn();
  void set_timer();
  file_tree& files() noexcept { return options_.files != nullptr ? *options_.files : disk_; }
  void clear(alarm& set) noexcept;
  void wake();
  void timer_due();
  void request_completed() noexcept override { wake(); }

  world& world_;
  sim::host net_;
  sim::disk disk_;
  host_options options_;
  host_clock clock_;
  std::unique_ptr<detail::host_loop> running_loop_;
  std::deque<std::unique_ptr<program>> programs_;
  std::size_t running_ = 0;
  std::function<task<>()> boot_;
  alarm timer_{*this, &host::timer_due};
  time_point timer_at_ = never;
  alarm pause_end_{*this, &host::resume};
  std::uint64_t decisions_ = 0;  // of its loop, when they were last noted
  random_source secrets_;        // what OpenSSL draws here
  bool paused_ = false;
  bool awake_ = false;  // it is among those that have a turn to come
  bool taking_turn_ = false;
};

}  // namespace pirn
