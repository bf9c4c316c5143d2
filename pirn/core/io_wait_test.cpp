// io_wait: requests to a driver as waits; cancels that are confirmed late.
#include "pirn/core/io_wait.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/loop_runner.hpp"
#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

using strings = std::vector<std::string>;

// Time jumps; requests wait until a test completes them. A cancel is answered as told.
class scripted_driver final : public driver {
 public:
  std::string_view name() const noexcept override { return "scripted"; }
  bool is_virtual() const noexcept override { return true; }
  time_point now() noexcept override { return now_; }
  time_point poll(time_point until) override {
    if (until > now_ && until != never) now_ = until;
    return now_;
  }
  bool may_complete(std::size_t) const noexcept override { return false; }
  void wake() noexcept override {}
  void drop(file_id) noexcept override {}
  std::expected<socket_ptr, std::error_code> listen(const endpoint&,
                                                    const listen_options&) override {
    return std::unexpected(std::make_error_code(std::errc::not_supported));
  }
  std::expected<socket_ptr, std::error_code> open_datagrams(const endpoint&,
                                                            const datagram_options&) override {
    return std::unexpected(std::make_error_code(std::errc::not_supported));
  }

  started start(accept_operation& request) override { return take(request); }
  started start(connect_operation& request) override { return take(request); }
  started start(receive_operation& request) override { return take(request); }
  started start(receive_leased_operation& request) override { return take(request); }
  started start(send_operation& request) override { return take(request); }
  started start(receive_datagrams_operation& request) override { return take(request); }
  started start(send_datagrams_operation& request) override { return take(request); }
  started start(poll_operation& request) override { return take(request); }
  started start(open_operation& request) override { return take(request); }
  started start(read_operation& request) override { return take(request); }
  started start(write_operation& request) override { return take(request); }
  started start(fsync_operation& request) override { return take(request); }
  started start(close_operation& request) override { return take(request); }
  started start(rename_operation& request) override { return take(request); }
  started start(unlink_operation& request) override { return take(request); }
  started start(make_directory_operation& request) override { return take(request); }
  started start(stat_operation& request) override { return take(request); }

  cancel_answer cancel(operation& request) noexcept override {
    ++cancels;
    if (answer == cancel_answer::gone) std::erase(pending, &request);
    return answer;
  }

  // The oldest pending request ends.
  void complete(int result) noexcept {
    operation& request = *pending.front();
    pending.erase(pending.begin());
    request.result = result;
    request.completed();
  }

  bool at_once = false;
  cancel_answer answer = cancel_answer::gone;
  int cancels = 0;
  std::vector<operation*> pending;

 private:
  started take(operation& request) {
    if (at_once) {
      request.result = 11;
      return started::done;
    }
    pending.push_back(&request);
    return started::pending;
  }
  time_point now_{};
};

struct io_wait_test : ::testing::Test {
  // Reads twice and writes down how each ended.
  task<> read_twice() {
    for (int i = 0; i < 2; ++i) {
      try {
        int result = co_await io_wait<read_operation>("read");
        trace.push_back("result " + std::to_string(result));
      } catch (const cancelled&) {
        trace.push_back("cancelled");
      } catch (const std::runtime_error& error) {
        trace.push_back(error.what());
      }
    }
  }
  // Runs read_twice() as a child and `act(child)` beside it.
  template <class Act>
  void run_with(Act act) {
    loop_entry entered(home);
    loop_runner::run(home, with_group([&](task_group& group) -> task<> {
                       auto reading = group.spawn([this] { return read_twice(); });
                       co_await yield_now();
                       co_await act(reading);
                     }));
    EXPECT_TRUE(outside.pending.empty());
  }

  scripted_driver outside;
  loop home{outside};
  strings trace;
};

TEST_F(io_wait_test, a_request_that_is_done_at_once_does_not_suspend) {
  outside.at_once = true;
  run_with([&](child<>& reading) -> task<> {
    EXPECT_TRUE(reading.has_ended());
    co_return;
  });
  EXPECT_EQ(trace, (strings{"result 11", "result 11"}));
}

TEST_F(io_wait_test, the_result_comes_with_the_completion) {
  run_with([&](child<>& reading) -> task<> {
    EXPECT_EQ(reading.record().waiting()->describe(), "read");
    outside.complete(5);
    co_await yield_now();
    outside.complete(-EIO);  // its meaning is the caller's affair
  });
  EXPECT_EQ(trace, (strings{"result 5", "result " + std::to_string(-EIO)}));
}

TEST_F(io_wait_test, a_cancel_that_is_done_at_once_leaves_nothing) {
  run_with([&](child<>& reading) -> task<> {
    reading.cancel();
    EXPECT_TRUE(outside.pending.empty());
    co_return;
  });
  EXPECT_EQ(trace, (strings{"cancelled", "cancelled"}));
  EXPECT_EQ(outside.cancels, 1);  // the second read was not started
}

TEST_F(io_wait_test, a_pending_cancel_keeps_the_task_until_the_kernel_has_let_go) {
  outside.answer = cancel_answer::pending;
  run_with([&](child<>& reading) -> task<> {
    reading.cancel();
    co_await sleep_for(1s);
    EXPECT_FALSE(reading.has_ended());
    outside.complete(-ECANCELED);
    co_await yield_now();
    EXPECT_TRUE(reading.has_ended());
  });
  EXPECT_EQ(trace, (strings{"cancelled", "cancelled"}));
}

TEST_F(io_wait_test, a_success_that_overtakes_the_cancel_is_returned) {
  outside.answer = cancel_answer::pending;
  run_with([&](child<>& reading) -> task<> {
    reading.cancel();
    outside.complete(5);
    co_return;
  });
  EXPECT_EQ(trace, (strings{"result 5", "cancelled"}));
}

TEST_F(io_wait_test, a_failure_that_overtakes_the_cancel_is_returned_too) {
  outside.answer = cancel_answer::pending;
  run_with([&](child<>& reading) -> task<> {
    reading.cancel();
    outside.complete(-ECONNRESET);
    co_return;
  });
  EXPECT_EQ(trace, (strings{"result " + std::to_string(-ECONNRESET), "cancelled"}));
}

TEST_F(io_wait_test, a_driver_that_refuses_is_waited_for) {
  outside.answer = cancel_answer::refused;
  run_with([&](child<>& reading) -> task<> {
    reading.cancel();
    co_await sleep_for(1s);
    outside.complete(5);
  });
  EXPECT_EQ(trace, (strings{"result 5", "cancelled"}));
}

TEST_F(io_wait_test, an_interrupt_asks_for_a_cancel_too) {
  outside.answer = cancel_answer::pending;
  run_with([&](child<>& reading) -> task<> {
    reading.interrupt(std::runtime_error("interrupted"));
    co_await sleep_for(1s);
    outside.complete(-ECANCELED);
    co_await yield_now();
    outside.complete(6);
  });
  EXPECT_EQ(trace, (strings{"interrupted", "result 6"}));
}

TEST_F(io_wait_test, a_request_that_others_cancelled_is_a_result) {
  run_with([&](child<>&) -> task<> {
    outside.complete(-ECANCELED);  // its file was closed, say
    co_await yield_now();
    outside.complete(1);
  });
  EXPECT_EQ(trace, (strings{"result " + std::to_string(-ECANCELED), "result 1"}));
}

TEST_F(io_wait_test, requests_that_lose_nothing_may_be_selected) {
  static_assert(io_wait<accept_operation>::selectable);
  static_assert(io_wait<receive_leased_operation>::selectable);
  static_assert(!io_wait<receive_operation>::selectable);
  static_assert(!io_wait<send_operation>::selectable);
  static_assert(!io_wait<connect_operation>::selectable);
  auto main = [this]() -> task<> {
    auto which = co_await select(io_wait<accept_operation>("accept"), sleep_for(1s));
    EXPECT_EQ(which.index(), 1u);
    EXPECT_TRUE(outside.pending.empty());
    co_await with_group([this](task_group& group) -> task<> {
      group.spawn([this]() -> task<> {
        co_await sleep_for(1s);
        outside.complete(0);
      });
      auto accepted = co_await select(io_wait<accept_operation>("accept"), sleep_for(9s));
      EXPECT_EQ(accepted.index(), 0u);
      EXPECT_TRUE(home.timers().empty());
    });
  };
  loop_entry entered(home);
  loop_runner::run(home, main());
}

TEST_F(io_wait_test, a_cancel_that_is_never_confirmed_is_a_deadlock) {
  outside.answer = cancel_answer::pending;
  auto main = []() -> task<> { static_cast<void>(co_await io_wait<read_operation>("read")); };
  EXPECT_DEATH(
      {
        loop_entry entered(home);
        loop_runner::run(home, main());
      },
      "a deadlocked task does not end even when cancelled");
}

}  // namespace
