// request_ledger: which requests a simulated driver has taken over, and what they wait for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pirn/base/assert.hpp"
#include "pirn/core/operation.hpp"

namespace pirn::sim {

/// What a request that is outstanding waits for.
enum class request_kind : std::uint32_t {
  none,
  accept,
  connect,
  receive,
  receive_leased,
  send,
  receive_datagrams,
  file
};

/// Counts requests from start to completion. A request's kind is kept in its driver words, so that
/// `cancel` and the completion know what it is.
class request_ledger {
 public:
  /// Told of each completion, for who has to run the loop that waits for it.
  class observer {
   public:
    virtual void request_completed() noexcept = 0;

   protected:
    ~observer() = default;
  };
  void tell(observer* of_completions) noexcept { observer_ = of_completions; }

  static request_kind kind_of(const operation& request) noexcept {
    return static_cast<request_kind>(request.driver_data.state);
  }

  /// The request is the driver's until `complete` or `withdraw`; `subject` is what `cancel` will
  /// want to know.
  void take(operation& request, request_kind kind, void* subject = nullptr) noexcept {
    PIRN_ASSERT(kind_of(request) == request_kind::none, "a request is started once at a time");
    request.driver_data.state = static_cast<std::uint32_t>(kind);
    request.driver_data.pointer = subject;
    ++outstanding_;
  }

  /// Gives the request back with its result. It may be gone afterwards.
  void complete(operation& request, int result) noexcept {
    withdraw(request);
    ++completions_;
    if (observer_ != nullptr) observer_->request_completed();
    request.result = result;
    request.completed();
  }

  /// Gives the request back without a completion.
  void withdraw(operation& request) noexcept {
    PIRN_ASSERT(kind_of(request) != request_kind::none, "the request is outstanding");
    request.driver_data = {};
    --outstanding_;
  }

  std::size_t outstanding() const noexcept { return outstanding_; }
  std::uint64_t completions() const noexcept { return completions_; }

 private:
  std::size_t outstanding_ = 0;
  std::uint64_t completions_ = 0;
  observer* observer_ = nullptr;
};

}  // namespace pirn::sim
