// io_wait: a driver's request as something to await.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "pirn/core/loop.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/core/wait.hpp"

namespace pirn {

/// Awaits one request to the driver and gives the request's `result` (a count, or -errno; the
/// caller names what failed). The fields of the request are set through `request()` before it is
/// awaited.
///
/// Cancel: the request is asked to cancel; what had happened by then is the result. Never destroyed
/// while pending (asserted).
template <class Request>
class [[nodiscard]] io_wait : public awaitable<io_wait<Request>>, private Request {
  using base = awaitable<io_wait<Request>>;

 public:
  /// `verb`: what the request does, for describe(): a literal such as "receive".
  explicit io_wait(std::string_view verb) noexcept : verb_(verb) {}
  ~io_wait() { PIRN_ASSERT(!pending_, "a task is not destroyed while the kernel works for it"); }

  // A receive into the caller's memory, a send, a connect may have happened when it is taken back.
  static constexpr bool selectable = std::is_same_v<Request, accept_operation> ||
                                     std::is_same_v<Request, receive_leased_operation>;

  Request& request() noexcept { return *this; }
  const Request& request() const noexcept { return *this; }

  std::string describe() const override { return std::string(verb_); }

 private:
  friend base;

  bool try_complete() {
    if (this->waiter()->home().driver().start(request()) == started::done) return true;
    pending_ = true;
    this->waiter()->home().foreground_started();
    return false;
  }
  void enqueue() noexcept {}
  cancel_answer withdraw() noexcept override {
    loop& home = this->waiter()->home();
    cancel_answer answer = home.driver().cancel(request());
    if (answer == cancel_answer::gone) end_request();
    return answer;
  }
  void completed() noexcept override {
    end_request();
    if (this->operation::result == -ECANCELED && this->waiter()->must_stop()) {
      this->wake_cancelled();
    } else {
      this->wake();
    }
  }
  void end_request() noexcept {
    pending_ = false;
    this->waiter()->home().foreground_ended();
  }
  int result() const noexcept { return this->operation::result; }

  std::string_view verb_;
  bool pending_ = false;
};

}  // namespace pirn
