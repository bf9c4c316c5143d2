// What the io_uring driver does beyond the contract of all drivers: system calls that it saves.
#include "pirn/platform/uring_driver.hpp"

#include <array>
#include <csignal>
#include <list>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/platform/sockaddr.hpp"
#include "pirn/platform/uring_driver_test.hpp"

namespace pirn::uring_testing {

TEST_F(uring_driver_test, a_poll_with_nothing_to_do_does_not_enter_the_kernel) {
  connection pair = connect_pair();
  bring_into_ring(pair);
  request<receive_leased_operation> receiving;
  receiving.from = pair.server.get();
  start(receiving);
  poll_some();
  std::uint64_t before = driver_->statistics().enters;
  EXPECT_FALSE(driver_->has_news());
  poll_some();
  EXPECT_EQ(driver_->statistics().enters, before);
  EXPECT_EQ(driver_->cancel(receiving), cancel_answer::gone);
}

TEST_F(uring_driver_test, submitting_and_waiting_are_one_enter) {
  unique_fd ready(::eventfd(1, EFD_CLOEXEC));
  poll_some();
  std::uint64_t before = driver_->statistics().enters;
  request<poll_operation> polling;
  polling.descriptor = ready.get();
  polling.events = poll_readable;
  start(polling);
  EXPECT_EQ(driver_->statistics().enters, before);
  driver_->poll(never);
  EXPECT_TRUE(polling.ended());
  EXPECT_EQ(driver_->statistics().enters, before + 1);
}

TEST_F(uring_driver_test, a_message_that_arrives_is_news_and_costs_one_enter) {
  connection pair = connect_pair();
  bring_into_ring(pair);
  request<receive_leased_operation> receiving;
  receiving.from = pair.server.get();
  start(receiving);
  poll_some();
  std::uint64_t before = driver_->statistics().enters;
  EXPECT_EQ(send_text(*pair.client, small_message), 0);
  EXPECT_TRUE(driver_->has_news());
  driver_->poll(time_point::min());
  EXPECT_TRUE(receiving.ended());
  EXPECT_EQ(driver_->statistics().enters, before + 1);
}

TEST_F(uring_driver_test, connections_that_nobody_asked_for_yet_are_kept_in_order) {
  socket_ptr listener = listen();
  constexpr std::size_t count = 200;
  std::list<request<connect_operation>> outgoing;
  for (std::size_t i = 0; i < count; ++i) {
    outgoing.emplace_back();
    outgoing.back().remote = listener->local();
    EXPECT_EQ(carry_out(outgoing.back()), 0);
  }
  request<accept_operation> first;
  first.listener = listener.get();
  EXPECT_EQ(carry_out(first), 0);
  poll_some();
  EXPECT_LT(driver_->statistics().sockets, count + 10);
  EXPECT_EQ(first.peer, outgoing.front().connected->local());
  auto expected = std::next(outgoing.begin());
  for (std::size_t i = 1; i < count; ++i, ++expected) {
    request<accept_operation> incoming;
    incoming.listener = listener.get();
    EXPECT_EQ(carry_out(incoming), 0);
    EXPECT_EQ(incoming.peer, expected->connected->local());
  }
}

// The kernel wakes one of two that wait on the same socket. It is the first one, which has stopped.
TEST_F(uring_driver_test, a_connection_told_to_who_stops_accepting_is_not_forgotten) {
  socket_ptr listener = listen();
  request<accept_operation> first;
  first.listener = listener.get();
  start(first);
  poll_some();
  std::unique_ptr<uring_driver> successor = std::move(*make_uring_driver({}));
  const int copy = duplicate(listener->native_handle()).release();
  socket_ptr handed_over = std::move(*successor->adopt_listener(copy, {}));
  request<accept_operation> second;
  second.listener = handed_over.get();
  EXPECT_EQ(successor->start(second), started::pending);
  successor->poll(time_point::min());
  driver_->cancel(first);

  std::unique_ptr<uring_driver> elsewhere = std::move(*make_uring_driver({}));
  request<connect_operation> outgoing;
  outgoing.remote = listener->local();
  outgoing.done_at_once = elsewhere->start(outgoing) == started::done;
  while (!outgoing.ended()) elsewhere->poll(elsewhere->now() + 1s);
  ASSERT_EQ(outgoing.result, 0);
  pollfd queue{.fd = listener->native_handle(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&queue, 1, 10'000), 1);

  request<accept_operation> last;
  last.listener = listener.get();
  last.mode = accept_mode::taken;
  const bool is_served_here = carry_out(last) == 0;
  successor->poll(time_point::min());
  EXPECT_TRUE(is_served_here || second.ended()) << "it stays in the queue";
  if (!second.ended()) successor->cancel(second);
}

TEST_F(uring_driver_test, more_completions_than_the_queue_holds_arrive) {
  make({.submissions = 4, .completions = 8});
  unique_fd ready(::eventfd(1, EFD_CLOEXEC));
  std::list<request<poll_operation>> polls;
  for (int i = 0; i < 100; ++i) {
    polls.emplace_back();
    polls.back().descriptor = ready.get();
    polls.back().events = poll_readable;
    start(polls.back());
  }
  for (request<poll_operation>& each : polls) EXPECT_EQ(finish(each), poll_readable);
}

TEST_F(uring_driver_test, the_driver_ends_what_it_armed) {
  socket_ptr listener = listen();
  connection pair = connect_to(*listener);
  bring_into_ring(pair);
  unique_fd outside(::dup(pair.client->native_handle()));
  endpoint local = listener->local();
  listener.reset();
  pair = {};
  driver_.reset();
  std::array<std::byte, 1> room{};
  EXPECT_EQ(::recv(outside.get(), room.data(), room.size(), MSG_DONTWAIT), 0);
  outside.reset();
  EXPECT_TRUE(open_listener(local, {}, descriptor_mode::blocking).has_value());
}

TEST_F(uring_driver_test, a_signal_ends_a_poll) {
  static volatile std::sig_atomic_t signals = 0;
  signals = 0;
  struct sigaction counting{};
  struct sigaction before{};
  counting.sa_handler = [](int) { signals = signals + 1; };
  ::sigaction(SIGALRM, &counting, &before);
  itimerval soon{.it_interval{}, .it_value{.tv_sec = 0, .tv_usec = 2000}};
  ::setitimer(ITIMER_REAL, &soon, nullptr);
  for (int i = 0; i < 100 && signals == 0; ++i) driver_->poll(driver_->now() + 10s);
  EXPECT_EQ(signals, 1);
  ::sigaction(SIGALRM, &before, nullptr);
}

TEST_F(uring_driver_test, a_forked_child_may_let_its_copy_go) {
  connection pair = connect_pair();
  bring_into_ring(pair);
  pid_t child = ::fork();
  if (child == 0) {
    uring_driver* copy = driver_.release();
    delete copy;
    ::_exit(0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(send_text(*pair.client, small_message), 0);
  EXPECT_EQ(receive_text(*pair.server, small_message.size()), small_message);
}

}  // namespace pirn::uring_testing
