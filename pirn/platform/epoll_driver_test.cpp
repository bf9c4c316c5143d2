// What is the epoll driver's own; what it has in common with the others is in
// core/driver_*_test.cpp.
#include "pirn/platform/epoll_driver.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/core/driver_contract_test.hpp"
#include "pirn/platform/epoll_socket.hpp"
#include "pirn/platform/kernel_files.hpp"

namespace pirn::contract {

namespace {

using namespace std::chrono_literals;

/// A runner that performs when it is told to, or fails to take the job.
class slow_runner final : public blocking_runner {
 public:
  void run(blocking_job& job) override {
    if (broken) throw std::runtime_error("no thread");
    jobs_.push_back(job);
  }
  void perform_all() {
    while (!jobs_.empty()) jobs_.pop_front().perform();
  }

  bool broken = false;

 private:
  intrusive_list<blocking_job> jobs_;
};

class epoll_driver : public ::testing::Test {
 protected:
  epoll_driver() {
    driver_->attach(mail_);
    listener_ = std::move(*driver_->listen(endpoint::ipv4({127, 0, 0, 1}, 0), {}));
  }

  template <class Operation>
  int finish(request<Operation>& pending) {
    time_point latest = driver_->now() + 10s;
    while (pending.completions == 0 && driver_->now() < latest) driver_->poll(latest);
    EXPECT_EQ(pending.completions, 1);
    return pending.result;
  }

  connection connect_pair() {
    connect outgoing;
    outgoing.remote = listener_->local();
    EXPECT_EQ(driver_->start(outgoing), started::pending);
    EXPECT_EQ(finish(outgoing), 0);
    accept incoming;
    incoming.listener = listener_.get();
    EXPECT_EQ(driver_->start(incoming), started::done);
    return {std::move(outgoing.connected), std::move(incoming.accepted)};
  }

  void send_text(socket& to, std::string_view text) {
    slice all = slice_of(text);
    send sending;
    sending.to = &to;
    sending.slices = {&all, 1};
    EXPECT_EQ(driver_->start(sending), started::done);
    EXPECT_EQ(sending.result, 0);
  }

  slow_runner runner_;
  std::unique_ptr<driver> driver_ =
      make_epoll_driver({.files = kernel_files(), .runner = &runner_});
  inbox mail_{*driver_};
  socket_ptr listener_;
};

}  // namespace

TEST_F(epoll_driver, has_a_name_and_real_time) {
  EXPECT_EQ(driver_->name(), "epoll");
  EXPECT_FALSE(driver_->is_virtual());
  EXPECT_FALSE(driver_->may_complete(0));
  EXPECT_TRUE(driver_->may_complete(1));
  EXPECT_FALSE(driver_->has_news());
  timespec read{};
  ::clock_gettime(CLOCK_MONOTONIC, &read);
  time_point kernels(std::chrono::seconds(read.tv_sec) + duration(read.tv_nsec));
  EXPECT_GE(driver_->now(), kernels);
  EXPECT_LT(driver_->now(), kernels + 10s);
}

TEST_F(epoll_driver, waits_to_the_microsecond) {
  for (duration wait : {duration(1), duration(100us), duration(1500us)}) {
    time_point until = driver_->now() + wait;
    int polls = 0;
    for (; driver_->now() < until; ++polls) driver_->poll(until);
    // More than one is a signal's doing, such as that of work which an earlier test left in the
    // kernel.
    EXPECT_LE(polls, 3);
  }
}

TEST_F(epoll_driver, a_connection_is_small) {
  EXPECT_LE(sizeof(detail::epoll_stream), 96U);
}

TEST_F(epoll_driver, a_call_that_succeeds_is_not_waited_for) {
  connection pair = connect_pair();
  send_text(*pair.client, "here");
  receive_leased receiving;
  receiving.from = pair.server.get();
  EXPECT_EQ(driver_->start(receiving), started::done);
  EXPECT_EQ(receiving.chunk.text(), "here");
}

TEST_F(epoll_driver, whatever_waits_on_a_socket_is_gone_when_cancelled) {
  connection pair = connect_pair();
  receive_leased receiving;
  receiving.from = pair.server.get();
  EXPECT_EQ(driver_->start(receiving), started::pending);
  EXPECT_EQ(driver_->cancel(receiving), cancel_answer::gone);

  slice all = slice_of(large_text());
  send sending;
  sending.to = pair.client.get();
  sending.slices = {&all, 1};
  EXPECT_EQ(driver_->start(sending), started::pending);
  EXPECT_EQ(driver_->cancel(sending), cancel_answer::gone);
  EXPECT_GT(sending.sent_bytes, 0U);

  accept incoming;
  incoming.listener = listener_.get();
  EXPECT_EQ(driver_->start(incoming), started::pending);
  EXPECT_EQ(driver_->cancel(incoming), cancel_answer::gone);

  connect outgoing;
  outgoing.remote = listener_->local();
  EXPECT_EQ(driver_->start(outgoing), started::pending);
  EXPECT_EQ(driver_->cancel(outgoing), cancel_answer::gone);
  EXPECT_EQ(outgoing.connected, nullptr);
}

TEST_F(epoll_driver, many_calls_that_succeed_at_once_are_reason_for_a_poll) {
  connection pair = connect_pair();
  send_text(*pair.client, pattern(1200));
  std::array<std::byte, 1> room{};
  driver_->poll(driver_->now());
  int calls = 0;
  while (!driver_->has_news() && calls < 1100) {
    receive receiving;
    receiving.from = pair.server.get();
    receiving.into = room;
    ASSERT_EQ(driver_->start(receiving), started::done);
    ++calls;
  }
  EXPECT_EQ(calls, 1024);
  driver_->poll(driver_->now());
  EXPECT_FALSE(driver_->has_news());
}

TEST_F(epoll_driver, a_poll_stops_when_it_has_received_what_the_cache_holds) {
  constexpr std::size_t count = 8;
  std::vector<connection> pairs;
  for (std::size_t i = 0; i < count; ++i) pairs.push_back(connect_pair());
  std::string burst = pattern(32 << 10);
  // The first receives are of small buffers; this makes them large.
  std::vector<receive_leased> receiving(count);
  for (int round = 0; round < 4; ++round) {
    for (std::size_t i = 0; i < count; ++i) {
      receiving[i].completions = 0;
      receiving[i].from = pairs[i].server.get();
      ASSERT_EQ(driver_->start(receiving[i]), started::pending);
    }
    for (connection& each : pairs) send_text(*each.client, burst);
    std::size_t polls = 0;
    std::size_t received = 0;
    for (; received < count && polls < 1000; ++polls) {
      driver_->poll(driver_->now());
      std::size_t before = std::exchange(received, 0);
      for (const receive_leased& each : receiving) {
        received += static_cast<std::size_t>(each.completions);
      }
      EXPECT_EQ(driver_->has_news(), received != count) << "what is left is told";
      EXPECT_GT(received, before);
    }
    EXPECT_EQ(received, count);
    if (round == 3) {
      EXPECT_GT(polls, 1U);
    }
    for (std::size_t i = 0; i < count; ++i) {  // the rest
      while (driver_->start(receiving[i]) == started::done) continue;
      EXPECT_EQ(driver_->cancel(receiving[i]), cancel_answer::gone);
    }
  }
}

TEST_F(epoll_driver, a_connection_may_close_while_its_event_waits_for_the_next_poll) {
  constexpr std::size_t count = 16;
  std::vector<connection> pairs;
  std::vector<receive> receiving(count);
  std::vector<std::array<std::byte, 32 << 10>> memory(count);
  for (std::size_t i = 0; i < count; ++i) {
    pairs.push_back(connect_pair());
    receiving[i].from = pairs[i].server.get();
    receiving[i].into = memory[i];
    ASSERT_EQ(driver_->start(receiving[i]), started::pending);
  }
  std::string burst = pattern(32 << 10);
  for (connection& each : pairs) send_text(*each.client, burst);
  driver_->poll(driver_->now());
  ASSERT_TRUE(driver_->has_news());
  std::size_t closed = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (receiving[i].completions != 0) continue;
    EXPECT_EQ(driver_->cancel(receiving[i]), cancel_answer::gone);
    pairs[i].server.reset();
    ++closed;
  }
  EXPECT_GT(closed, 0U);
  driver_->poll(driver_->now());
  EXPECT_FALSE(driver_->has_news());
}

TEST_F(epoll_driver, a_file_request_in_a_thread_cannot_be_cancelled) {
  request<open_operation> opening;
  opening.path = "/dev/null";
  opening.mode = {.read = true};
  EXPECT_EQ(driver_->start(opening), started::pending);
  EXPECT_EQ(driver_->cancel(opening), cancel_answer::refused);
  mail_.deliver();
  EXPECT_EQ(opening.completions, 0);
  runner_.perform_all();
  EXPECT_EQ(opening.completions, 0);
  mail_.deliver();
  EXPECT_EQ(opening.completions, 1);
  EXPECT_EQ(opening.result, 0);
  driver_->drop(opening.opened);
  EXPECT_EQ(::close(static_cast<int>(opening.opened)), -1);
}

TEST_F(epoll_driver, a_file_request_fails_when_there_is_no_thread) {
  runner_.broken = true;
  request<stat_operation> asking;
  asking.path = "/";
  EXPECT_EQ(driver_->start(asking), started::done);
  EXPECT_EQ(asking.result, -EAGAIN);
  runner_.broken = false;
  EXPECT_EQ(driver_->start(asking), started::pending);
  runner_.perform_all();
  mail_.deliver();
  EXPECT_EQ(asking.result, 0);
}

TEST_F(epoll_driver, file_requests_without_a_runner_are_done_at_once) {
  std::unique_ptr<driver> alone = make_epoll_driver({.files = kernel_files()});
  request<stat_operation> asking;
  asking.path = "/";
  EXPECT_EQ(alone->start(asking), started::done);
  EXPECT_EQ(asking.result, 0);
  EXPECT_EQ(asking.status.type, file_status::kind::directory);
}

TEST_F(epoll_driver, a_full_unix_listener_is_told_of) {
  endpoint name =
      endpoint::unix_socket(std::string("\0pirn-epoll-", 12) + std::to_string(::getpid()));
  socket_ptr full = std::move(*driver_->listen(name, {.backlog = 0}));
  std::vector<socket_ptr> waiting;
  connect outgoing;
  outgoing.remote = name;
  while (driver_->start(outgoing) == started::done && outgoing.result == 0) {
    waiting.push_back(std::move(outgoing.connected));
    ASSERT_LT(waiting.size(), 100U);
  }
  EXPECT_EQ(outgoing.result, -EAGAIN);
  accept incoming;
  incoming.listener = full.get();
  EXPECT_EQ(driver_->start(incoming), started::done);
  EXPECT_EQ(driver_->start(outgoing), started::done);
  EXPECT_EQ(outgoing.result, 0);
}

}  // namespace pirn::contract
