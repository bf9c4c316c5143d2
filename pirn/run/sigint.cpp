#include "pirn/run/sigint.hpp"

#include <cerrno>
#include <thread>

namespace pirn {

std::atomic<sigint_guard*> sigint_guard::standing{nullptr};
std::atomic<int> sigint_guard::handlers{0};
static_assert(std::atomic<sigint_guard*>::is_always_lock_free, "the signal handler may not lock");

sigint_guard::sigint_guard(loop& home) : home_(home) {
  struct sigaction before{};
  sigaction(SIGINT, nullptr, &before);
  // Ours, though no guard stands, is what a stream of signals has put back that outlived one.
  if (before.sa_handler != SIG_DFL && before.sa_handler != &sigint_guard::handle) return;
  sigint_guard* none = nullptr;
  if (!standing.compare_exchange_strong(none, this)) return;
  struct sigaction cancelling{};
  cancelling.sa_handler = &sigint_guard::handle;
  cancelling.sa_flags = static_cast<int>(SA_RESETHAND);  // the next one has its default action
  sigaction(SIGINT, &cancelling, nullptr);
  installed_ = true;
}

sigint_guard::~sigint_guard() {
  if (!installed_) return;
  struct sigaction now{};
  sigaction(SIGINT, nullptr, &now);
  if (now.sa_handler == &sigint_guard::handle) std::signal(SIGINT, SIG_DFL);
  standing.store(nullptr);
  while (handlers.load() != 0) std::this_thread::yield();  // one that still sees this guard
  if (on_the_way_.load()) home_.mail().withdraw(*this);
}

// Posting is atomics and one write(2): allowed in a handler.
void sigint_guard::handle(int) noexcept {
  int saved = errno;
  handlers.fetch_add(1);
  if (sigint_guard* guard = standing.load()) {
    guard->came_.store(true);
    guard->on_the_way_.store(true);
    guard->home_.mail().post(*guard);
  } else {
    std::raise(SIGINT);  // put back after its guard had gone; the default action, once this returns
  }
  handlers.fetch_sub(1);
  errno = saved;
}

void sigint_guard::arrived() noexcept {
  on_the_way_.store(false);
  home_.root().cancel();
}

}  // namespace pirn
