// rank_call: a call on its way to a rank, and the future that waits for it.
#pragma once

#include <cstddef>
#include <exception>
#include <span>
#include <utility>

#include "pirn/exec/promise.hpp"
#include "pirn/remote/call.hpp"

namespace pirn::detail {

class rank_call {
 public:
  explicit rank_call(remote::bytes call) : content(std::move(call)) {}
  rank_call(rank_call&&) = delete;
  virtual ~rank_call() = default;

  /// Returns: false when it was cancelled.
  virtual bool begin() noexcept = 0;
  virtual void cancel() noexcept = 0;
  /// Keeps what remote::perform() gave.
  virtual void keep(std::span<const std::byte> result) noexcept = 0;
  virtual void fail(std::exception_ptr error) noexcept = 0;

  remote::bytes content;  // goes with the message
};

template <class T>
class typed_rank_call final : public rank_call {
 public:
  using rank_call::rank_call;

  future<T> get_future() const noexcept { return promise_.get_future(); }

  bool begin() noexcept override { return promise_.begin(); }
  void cancel() noexcept override { promise_.get_future().cancel(); }
  void fail(std::exception_ptr error) noexcept override {
    promise_.set_exception(std::move(error));
  }
  void keep(std::span<const std::byte> result) noexcept override {
    try {
      outcome<T> decoded = remote::decode_result<T>(result);
      if (decoded.has_error()) {
        promise_.set_exception(decoded.error());
      } else if constexpr (std::is_void_v<T>) {
        promise_.set_value();
      } else {
        promise_.set_value(decoded.take());
      }
    } catch (...) {
      promise_.set_exception(std::current_exception());
    }
  }

 private:
  promise<T> promise_;
};

}  // namespace pirn::detail
