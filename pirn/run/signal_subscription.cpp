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

namespace pirn::detail {

namespace {

// The subscriptions of a signal are a list that handlers walk while it changes: whoever takes one
// out waits until no handler runs, which could still see it.
struct signal_kind {
  std::atomic<signal_subscription*> first{nullptr};
  struct sigaction before{};
};

constinit std::array<signal_kind, NSIG> kinds;
constinit std::mutex changing;           // of the lists and actions; no handler takes it
constinit std::atomic<int> handlers{0};  // that run now, on any thread
static_assert(std::atomic<signal_subscription*>::is_always_lock_free, "a handler may not lock");

// After these a handler that returns is called again at once, and for ever.
bool is_fault(int number) noexcept {
  return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL;
}

signal_kind& kind_of(int number) {
  if (number < 1 || number >= NSIG) {
    throw std::invalid_argument("there is no signal " + std::to_string(number));
  }
  if (is_fault(number)) {
    throw std::invalid_argument(name_of_signal(number) +
                                " cannot be waited for: the program is at fault");
  }
  return kinds[static_cast<std::size_t>(number)];
}

}  // namespace

std::string name_of_signal(int number) {
  const char* name = ::sigabbrev_np(number);
  return name == nullptr ? "signal " + std::to_string(number) : "SIG" + std::string(name);
}

signal_subscription::signal_subscription(int number, signal_listener& told)
    : number_(number), told_(told) {
  signal_kind& kind = kind_of(number);
  std::scoped_lock lock(changing);
  signal_subscription* first = kind.first.load();
  next_.store(first);
  kind.first.store(this);
  if (first != nullptr) return;
  struct sigaction telling{};
  telling.sa_handler = &signal_subscription::handle;
  telling.sa_flags = SA_RESTART;
  if (::sigaction(number, &telling, &kind.before) == 0) return;
  const int error = errno;
  kind.first.store(nullptr);
  throw std::system_error(error, std::generic_category(), "handle " + name_of_signal(number));
}

signal_subscription::~signal_subscription() {
  std::scoped_lock lock(changing);
  signal_kind& kind = kinds[static_cast<std::size_t>(number_)];
  std::atomic<signal_subscription*>* link = &kind.first;
  while (link->load() != this) link = &link->load()->next_;
  link->store(next_.load());
  if (kind.first.load() == nullptr) {
    struct sigaction now{};
    ::sigaction(number_, nullptr, &now);
    if (now.sa_handler == &signal_subscription::handle) {
      ::sigaction(number_, &kind.before, nullptr);
    }
  }
  while (handlers.load() != 0) std::this_thread::yield();
}

bool signal_subscription::take() noexcept {
  if (count_.load() == 0) return false;
  count_.fetch_sub(1);
  return true;
}

void signal_subscription::handle(int number) noexcept {
  const int saved = errno;
  handlers.fetch_add(1);
  signal_subscription* each = kinds[static_cast<std::size_t>(number)].first.load();
  for (; each != nullptr; each = each->next_.load()) {
    each->count_.fetch_add(1);
    each->told_.signal_came();
  }
  handlers.fetch_sub(1);
  errno = saved;
}

}  // namespace pirn::detail
