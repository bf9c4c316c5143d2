#include "pirn/run/signal_subscription.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include <unistd.h>

namespace pirn::detail {

/// The subscriptions of a signal: a list that handlers walk while it changes; whoever takes one out
/// waits until no handler runs, which could still see it. The handler is in only while the list is
/// not empty.
struct signal_subscription::kind {
  /// Returns: whether one of them has taken it.
  bool tell(int number) const noexcept {
    const pid_t here = ::getpid();
    return tell(number, here, signal_claim::first) || tell(number, here, signal_claim::remains);
  }
  bool tell(int number, pid_t here, signal_claim claim) const noexcept {
    bool is_taken = false;
    for (signal_subscription* each = first.load(); each != nullptr; each = each->next_.load()) {
      if (each->claim_ != claim || each->process_ != here) continue;
      each->count_.fetch_add(1);  // before it is told: it may look at once
      if (each->told_.signal_came(number)) is_taken = true;
    }
    return is_taken;
  }

  std::atomic<signal_subscription*> first{nullptr};
  struct sigaction before{};
};

namespace {

constinit std::mutex changing;           // of the lists and actions; no handler takes it
constinit std::atomic<int> handlers{0};  // that run now, on any thread
static_assert(std::atomic<signal_subscription*>::is_always_lock_free, "a handler may not lock");

// After these a handler that returns is called again at once, and for ever.
bool is_fault(int number) noexcept {
  return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL;
}

struct sigaction present_action(int number) noexcept {
  struct sigaction now{};
  ::sigaction(number, nullptr, &now);
  return now;
}

}  // namespace

std::string name_of_signal(int number) {
  const char* name = ::sigabbrev_np(number);
  return name == nullptr ? "signal " + std::to_string(number) : "SIG" + std::string(name);
}

signal_subscription::kind& signal_subscription::kind_of(int number) {
  static constinit std::array<kind, NSIG> kinds;
  return kinds[static_cast<std::size_t>(number)];
}

bool has_default_action(int number) noexcept {
  std::scoped_lock lock(changing);
  struct sigaction action = present_action(number);
  if (action.sa_handler == &signal_subscription::handle) {
    action = signal_subscription::kind_of(number).before;
  }
  return action.sa_handler == SIG_DFL;
}

signal_subscription::signal_subscription(int number, signal_listener& told, signal_claim claim)
    : number_(number), claim_(claim), process_(::getpid()), told_(told) {
  if (number < 1 || number >= NSIG) {
    throw std::invalid_argument("there is no signal " + std::to_string(number));
  }
  if (is_fault(number)) {
    throw std::invalid_argument(name_of_signal(number) +
                                " cannot be waited for: the program is at fault");
  }
  kind& mine = kind_of(number);
  std::scoped_lock lock(changing);
  next_.store(mine.first.load());
  mine.first.store(this);
  // The program may have changed the action since the first of them came.
  if (present_action(number).sa_handler == &signal_subscription::handle) return;
  struct sigaction telling{};
  telling.sa_handler = &signal_subscription::handle;
  telling.sa_flags = SA_RESTART;
  if (::sigaction(number, &telling, &mine.before) == 0) return;
  const int error = errno;
  mine.first.store(next_.load());
  throw std::system_error(error, std::generic_category(), "handle " + name_of_signal(number));
}

signal_subscription::~signal_subscription() {
  std::scoped_lock lock(changing);
  kind& mine = kind_of(number_);
  std::atomic<signal_subscription*>* link = &mine.first;
  const bool is_last = link->load() == this && next_.load() == nullptr;
  if (is_last && present_action(number_).sa_handler == &signal_subscription::handle) {
    ::sigaction(number_, &mine.before, nullptr);
  }
  while (link->load() != this) link = &link->load()->next_;
  link->store(next_.load());
  while (handlers.load() != 0) std::this_thread::yield();
}

bool signal_subscription::take() noexcept {
  if (count_.load() == 0) return false;
  count_.fetch_sub(1);
  return true;
}

// What nobody takes has come after the last one went, a second time to who ends at the first, or to
// a process that was forked off. In the first case what was before is there again.
void signal_subscription::handle(int number) noexcept {
  const int saved = errno;
  handlers.fetch_add(1);
  const kind& mine = kind_of(number);
  if (!mine.tell(number)) {
    if (mine.first.load() != nullptr) ::sigaction(number, &mine.before, nullptr);
    ::raise(number);  // acts when this returns
  }
  handlers.fetch_sub(1);
  errno = saved;
}

}  // namespace pirn::detail
