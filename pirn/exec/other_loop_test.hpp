// other_loop_test: a loop on another thread that ends when it is told to, for the tests of exec.
#pragma once

#include <future>
#include <thread>

#include "pirn/core/completion.hpp"
#include "pirn/run/run.hpp"

namespace pirn {

/// A loop whose main task waits until end() is called.
class other_loop {
 public:
  explicit other_loop(run_options options = {}) {
    options.handle_sigint = options.handle_sigterm = false;
    std::promise<loop_handle> made;
    thread_ = std::jthread([this, options, &made] { run(options, [&] { return wait(made); }); });
    handle_ = made.get_future().get();
  }
  other_loop(other_loop&&) = delete;  // its thread points at it
  ~other_loop() { end(); }

  const loop_handle& handle() const noexcept { return handle_; }

  /// Lets the main task end, without waiting for it.
  void begin_end() {
    handle_.post([this] {
      if (!told_->is_set()) told_->set_value();
    });
  }
  /// Returns when the loop is gone.
  void end() {
    begin_end();
    if (thread_.joinable()) thread_.join();
  }

 private:
  task<> wait(std::promise<loop_handle>& made) {
    completion<> told;
    told_ = &told;
    made.set_value(loop_handle(loop::current()));
    co_await told.wait();
  }

  loop_handle handle_;
  completion<>* told_ = nullptr;
  std::jthread thread_;
};

}  // namespace pirn
