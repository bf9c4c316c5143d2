// pool_call: a call on its way through a process pool, and the future of its result.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/exec/broken_executor.hpp"
#include "pirn/exec/future_state.hpp"
#include "pirn/process/frame_stream.hpp"
#include "pirn/remote/call.hpp"

namespace pirn::detail {

/// What the pool knows of a call. It is the pool's from submit() until one of the last three is
/// called, which end it.
class pool_call : public list_hook<> {
 public:
  remote::bytes message;
  remote::attachments beside;
  bool was_lost = false;  ///< once already, by a process that had no room for its descriptors

  /// Asked before it is sent, also when it is sent anew.
  /// Returns: false when it was cancelled; then it has ended.
  virtual bool begin() noexcept = 0;

  virtual void complete(frame& result) noexcept = 0;
  virtual void fail(std::exception_ptr error) noexcept = 0;
  /// Cancels it, if it has not begun.
  virtual void give_up() noexcept = 0;

 protected:
  ~pool_call() = default;
};

class pool_core;
/// For a thread that is about to block for the call's result: waits a little, and takes it itself.
/// Returns: whether it has.
bool fetch_result(pool_core& pool, const pool_call& call, std::optional<steady_time> deadline);

template <class T>
class pool_call_state final : public typed_future_state<T>, public pool_call {
 public:
  explicit pool_call_state(const std::shared_ptr<pool_core>& pool) noexcept : pool_(pool) {}

  bool try_help(std::optional<steady_time> deadline) override {
    const std::shared_ptr<pool_core> pool = pool_.lock();
    return pool != nullptr && fetch_result(*pool, *this, deadline);
  }
  bool begin() noexcept override {
    if (has_begun_) return true;  // its first worker died before it came to it
    has_begun_ = typed_future_state<T>::begin();
    if (has_begun_) return true;
    leave();
    return false;
  }
  void complete(frame& result) noexcept override {
    this->fulfil_begun(
        [&result] { return remote::decode_result<T>(result.content, &result.beside).take(); });
    leave();
  }
  void fail(std::exception_ptr error) noexcept override {
    if (has_begun_ || typed_future_state<T>::begin()) {
      this->result.set_error(std::move(error));
      this->finish();
    }
    leave();
  }
  void give_up() noexcept override {
    if (has_begun_) {
      fail(std::make_exception_ptr(broken_executor("the process pool ended before this call")));
    } else {
      this->cancel();
      leave();
    }
  }

 private:
  ~pool_call_state() override = default;
  /// The end of its way: what it carried is not kept for as long as a future is.
  void leave() noexcept {
    message = remote::bytes();  // which gives the memory back
    beside = {};
    this->drop_reference();
  }

  const std::weak_ptr<pool_core> pool_;  // a future may outlive its pool, and keeps nothing of it
  bool has_begun_ = false;
};

}  // namespace pirn::detail
