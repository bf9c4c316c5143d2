// driver_contract_test: what the driver interface's tests stand on; they run for every driver.
#pragma once

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/core/blocking_job.hpp"
#include "pirn/core/driver.hpp"
#include "pirn/testing/pattern_test.hpp"

namespace pirn::contract {

using pirn::testing::pattern;

/// A request that remembers its completion.
template <class Operation>
struct request : Operation {
  request() = default;
  virtual ~request() = default;
  void completed() noexcept override { ++completions; }
  bool ended() const noexcept { return done_at_once || completions > 0; }

  bool done_at_once = false;
  int completions = 0;
};

using accept = request<accept_operation>;
using connect = request<connect_operation>;
using receive = request<receive_operation>;
using receive_leased = request<receive_leased_operation>;
using send = request<send_operation>;

/// A thread for blocking work.
class one_thread final : public blocking_runner {
 public:
  one_thread() : worker_([this](const std::stop_token& stop) { work(stop); }) {}

  void run(blocking_job& job) override {
    {
      std::lock_guard held(mutex_);
      jobs_.push_back(job);
    }
    changed_.notify_one();
  }

 private:
  void work(const std::stop_token& stop) {
    std::unique_lock held(mutex_);
    while (changed_.wait(held, stop, [this] { return !jobs_.empty(); })) {
      blocking_job& job = jobs_.pop_front();
      held.unlock();
      job.perform();
      held.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  intrusive_list<blocking_job> jobs_;
  std::jthread worker_;
};

/// A driver and what it stands on.
struct driver_setup {
  std::unique_ptr<one_thread> thread;
  std::unique_ptr<driver> made;
};

struct driver_kind {
  std::string_view name;
  driver_setup (*make)();
};

/// Every driver that works on this machine; those of them that are a kernel's; all ways of doing
/// files.
std::vector<driver_kind> all_drivers();
std::vector<driver_kind> kernel_drivers();
std::vector<driver_kind> file_drivers();

inline std::string name_of(const ::testing::TestParamInfo<driver_kind>& info) {
  return std::string(info.param.name);
}

/// Two connected sockets.
struct connection {
  socket_ptr client;
  socket_ptr server;
};

/// A driver with an inbox, and requests that are carried through to their end.
class driver_contract : public ::testing::TestWithParam<driver_kind> {
 protected:
  driver_contract() { driver_.attach(mail_); }

  template <class Operation>
  void start(request<Operation>& started_now) {
    started_now.completions = 0;
    started_now.done_at_once = driver_.start(started_now) == started::done;
  }

  /// Polls until the request has ended.
  /// Returns: its result.
  template <class Operation>
  int finish(request<Operation>& pending) {
    EXPECT_TRUE(poll_until([&] { return pending.ended(); })) << "a request has not completed";
    EXPECT_EQ(pending.completions, pending.done_at_once ? 0 : 1);
    return pending.result;
  }

  template <class Operation>
  int carry_out(request<Operation>& started_now) {
    start(started_now);
    return finish(started_now);
  }

  /// Asks to cancel and waits for the end, if there is to be one.
  /// Returns: whether it was withdrawn without an end.
  template <class Operation>
  bool cancel(request<Operation>& pending) {
    EXPECT_FALSE(pending.ended());
    if (driver_.cancel(pending) != cancel_answer::gone) {
      finish(pending);
      return false;
    }
    poll_some();
    EXPECT_FALSE(pending.ended()) << "a request that was gone has completed";
    return true;
  }

  /// Cancels a request that nothing else can end.
  template <class Operation>
  void withdraw(request<Operation>& pending) {
    bool gone = cancel(pending);
    EXPECT_TRUE(gone || pending.result == -ECANCELED) << pending.result;
  }

  template <class Condition>
  bool poll_until(Condition condition) {
    time_point latest = driver_.now() + std::chrono::seconds(driver_.is_virtual() ? 3600 : 10);
    for (int i = 0; i < 100'000 && !condition() && driver_.now() < latest; ++i) poll_once();
    return condition();
  }

  /// Gives what may happen the opportunity to, without waiting where time is real.
  void poll_some();
  void poll_once();

  /// A listener on a free port.
  socket_ptr listen(const listen_options& options = {});
  /// Connects to a listener that has nobody else waiting.
  connection connect_to(socket& listener, const stream_options& options = {});
  connection connect_pair() { return connect_to(*listen()); }

  /// Sends all.
  /// Returns: its result.
  int send_text(socket& to, std::string_view text);
  /// Receives, in pieces as large as they come, until the end or `size_bytes`.
  std::string receive_text(socket& from, std::size_t size_bytes = ~std::size_t{0});
  /// The result of a receive, whose bytes are dropped.
  int receive_result(socket& from);

  driver_setup setup_ = GetParam().make();
  driver& driver_ = *setup_.made;
  inbox mail_{driver_};
};

/// For what needs descriptors.
class kernel_driver_contract : public driver_contract {};

/// For files, with a directory of their own.
class driver_file_contract : public driver_contract {
 protected:
  driver_file_contract();
  ~driver_file_contract() override;

  std::string path(std::string_view name) const { return directory_ + "/" + std::string(name); }
  file_id open(const std::string& path, const open_mode& mode);
  int open_result(const std::string& path, const open_mode& mode);
  int close(file_id file);
  int write_at(file_id file, std::string_view text, std::int64_t offset);
  std::string read_at(file_id file, std::size_t size_bytes, std::int64_t offset);
  int unlink(const std::string& path);
  int make_directory(const std::string& path);
  void write_file(const std::string& path, std::string_view text);
  std::string read_file(const std::string& path);
  file_status status_of(const std::string& path);
  int status_result(const std::string& path);

  std::string directory_;
  std::vector<std::string> made_;  // to be removed at the end, the last first
};

inline slice slice_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// More text than the system's buffers between two ends hold.
inline const std::string& large_text() {
  static const std::string text = pattern(16 << 20);
  return text;
}

}  // namespace pirn::contract
