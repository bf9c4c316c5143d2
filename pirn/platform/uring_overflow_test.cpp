// Queues that are far too small: nothing is lost, nothing is told twice, and what belongs to one
// connection stays in order.
#include <array>
#include <cerrno>
#include <cstring>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pirn/platform/fd.hpp"
#include "pirn/platform/uring_driver_test.hpp"

namespace pirn::uring_testing {

namespace {

using polling = request<poll_operation>;

/// Both ways in which completions are made.
class uring_overflow_test : public uring_driver_test, public ::testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    uring_driver_test::SetUp();
    if (!IsSkipped()) make({.submissions = 4, .completions = 8, .deferred_work = GetParam()});
  }

  /// Hands bytes to a connection's peer, past the driver.
  static void send_aside(const socket& from, std::string_view text) {
    EXPECT_EQ(::send(from.native_handle(), text.data(), text.size(), MSG_DONTWAIT),
              static_cast<ssize_t>(text.size()));
  }

  std::list<connection> connect_many(std::size_t count) {
    socket_ptr listener = listen();
    std::list<connection> pairs;
    for (std::size_t i = 0; i < count; ++i) pairs.push_back(connect_to(*listener));
    return pairs;
  }
};

std::string name_of(const ::testing::TestParamInfo<bool>& info) {
  return info.param ? "deferred" : "at_any_call";
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(completions, uring_overflow_test, ::testing::Bool(), name_of);

TEST_P(uring_overflow_test, thousands_of_requests_end_once_each) {
  unique_fd ready(::eventfd(1, EFD_CLOEXEC));
  std::list<polling> polls;
  for (int i = 0; i < 5000; ++i) {
    polls.emplace_back();
    polls.back().descriptor = ready.get();
    polls.back().events = poll_readable;
    start(polls.back());
  }
  for (polling& each : polls) {
    EXPECT_EQ(finish(each), poll_readable);
    EXPECT_EQ(each.completions, 1);
  }
  EXPECT_FALSE(driver_->has_news());
  EXPECT_GT(driver_->statistics().overflows, 0);
}

TEST_P(uring_overflow_test, thousands_of_cancelled_requests_end_once_each) {
  unique_fd silent(::eventfd(0, EFD_CLOEXEC));
  std::list<polling> polls;
  for (int i = 0; i < 3000; ++i) {
    polls.emplace_back();
    polls.back().descriptor = silent.get();
    polls.back().events = poll_readable;
    start(polls.back());
  }
  for (polling& each : polls) EXPECT_EQ(driver_->cancel(each), cancel_answer::pending);
  for (polling& each : polls) {
    EXPECT_EQ(finish(each), -ECANCELED);
    EXPECT_EQ(each.completions, 1);
  }
  EXPECT_GT(driver_->statistics().overflows, 0);
}

TEST_P(uring_overflow_test, bytes_of_many_connections_come_whole_and_in_order) {
  std::list<connection> pairs = connect_many(40);
  std::list<request<receive_leased_operation>> receiving;
  for (connection& pair : pairs) {
    bring_into_ring(pair);
    receiving.emplace_back();
    receiving.back().from = pair.server.get();
    start(receiving.back());
  }
  poll_some();
  const std::string all = pattern(200 * 50);
  for (std::size_t i = 0; i < 50; ++i) {
    for (connection& pair : pairs) {
      send_aside(*pair.client, std::string_view(all).substr(i * 200, 200));
    }
    if (i % 10 == 0) driver_->poll(time_point::min());
  }
  auto each = receiving.begin();
  for (connection& pair : pairs) {
    EXPECT_GT(finish(*each), 0);
    std::string got(each->chunk.text());
    each->chunk = {};
    got += receive_text(*pair.server, all.size() - got.size());
    EXPECT_TRUE(got == all);
    ++each;
  }
  EXPECT_GT(driver_->statistics().overflows, 0);
}

TEST_P(uring_overflow_test, bursts_come_whole_and_in_order) {
  std::list<connection> pairs = connect_many(40);
  const std::string all = pattern(30'000);
  std::list<request<receive_leased_operation>> receiving;
  for (connection& pair : pairs) {
    receiving.emplace_back();
    receiving.back().from = pair.server.get();
    start(receiving.back());
  }
  poll_some();
  for (connection& pair : pairs) send_aside(*pair.client, all);
  auto each = receiving.begin();
  for (connection& pair : pairs) {
    EXPECT_GT(finish(*each), 0);
    std::string got(each->chunk.text());
    got += receive_text(*pair.server, all.size() - got.size());
    EXPECT_TRUE(got == all);
    ++each;
  }
  EXPECT_GT(driver_->statistics().overflows, 0);
}

TEST_P(uring_overflow_test, connections_are_accepted_in_their_order) {
  socket_ptr listener = listen();
  request<accept_operation> first;
  first.listener = listener.get();
  start(first);
  poll_some();
  std::list<request<connect_operation>> outgoing;
  for (int i = 0; i < 300; ++i) {
    outgoing.emplace_back();
    outgoing.back().remote = listener->local();
    start(outgoing.back());
  }
  for (request<connect_operation>& each : outgoing) EXPECT_EQ(finish(each), 0);
  EXPECT_EQ(finish(first), 0);
  EXPECT_EQ(first.peer, outgoing.front().connected->local());
  for (auto each = std::next(outgoing.begin()); each != outgoing.end(); ++each) {
    request<accept_operation> incoming;
    incoming.listener = listener.get();
    EXPECT_EQ(carry_out(incoming), 0);
    EXPECT_EQ(incoming.peer, each->connected->local());
  }
  EXPECT_GT(driver_->statistics().overflows, 0);
}

TEST_P(uring_overflow_test, a_wake_among_too_many_completions_is_not_lost) {
  unique_fd ready(::eventfd(1, EFD_CLOEXEC));
  for (int round = 0; round < 20; ++round) {
    std::list<polling> polls;
    for (int i = 0; i < 100; ++i) {
      polls.emplace_back();
      polls.back().descriptor = ready.get();
      polls.back().events = poll_readable;
      start(polls.back());
    }
    driver_->poll(time_point::min());
    driver_->wake();
    for (polling& each : polls) finish(each);
    poll_some();
    std::jthread other([this] { driver_->wake(); });
    driver_->poll(never);
  }
}

TEST_P(uring_overflow_test, sockets_close_while_their_completions_wait_for_room) {
  std::list<connection> pairs = connect_many(40);
  for (connection& pair : pairs) bring_into_ring(pair);
  for (connection& pair : pairs) {
    for (int i = 0; i < 5; ++i) send_aside(*pair.client, small_message);
  }
  driver_->poll(time_point::min());
  EXPECT_GT(driver_->statistics().overflows, 0);
  pairs.clear();
  for (int i = 0; i < 1000 && driver_->statistics().sockets != 0; ++i) {
    driver_->poll(time_point::min());
  }
  EXPECT_EQ(driver_->statistics().sockets, 0);
}

namespace {

struct refused_enter {
  unsigned of_entries;
  unsigned error;
};
constexpr std::array<refused_enter, 3> refused_enters{{{3, EAGAIN}, {5, EBUSY}, {7, ENOMEM}}};

/// Has io_uring_enter fail on this thread whenever it is given certain numbers of entries.
bool refuse_enters() {
  std::vector<sock_filter> steps;
  const auto add = [&](int code, std::uint32_t value, int if_true, int if_false) {
    steps.push_back({.code = static_cast<std::uint16_t>(code),
                     .jt = static_cast<std::uint8_t>(if_true),
                     .jf = static_cast<std::uint8_t>(if_false),
                     .k = value});
  };
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr), 0, 0);
  add(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_enter, 1, 0);
  add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1]), 0, 0);  // little endian
  for (const refused_enter& each : refused_enters) {
    add(BPF_JMP | BPF_JEQ | BPF_K, each.of_entries, 0, 1);
    add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | each.error, 0, 0);
  }
  add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
  const sock_fprog program{.len = static_cast<unsigned short>(steps.size()),
                           .filter = steps.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

}  // namespace

TEST(uring_refusals, what_the_kernel_had_no_room_for_is_submitted_later) {
  if (!probe_uring().usable()) GTEST_SKIP() << probe_uring().problem;
  std::jthread([] {  // the filter stays with its thread
    ASSERT_TRUE(refuse_enters()) << std::strerror(errno);
    for (const refused_enter& refused : refused_enters) {
      detail::uring ring({.submissions = 16, .completions = 32});
      for (unsigned i = 0; i < refused.of_entries; ++i) {
        ring.next_submission().opcode = IORING_OP_NOP;
      }
      ring.enter();
      EXPECT_TRUE(ring.has_submissions()) << refused.error;
      ring.enter_and_wait(std::chrono::milliseconds(1));
      EXPECT_FALSE(ring.has_completions());
      ring.next_submission().opcode = IORING_OP_NOP;
      ring.enter();
      EXPECT_FALSE(ring.has_submissions());
      unsigned completions = 0;
      ring.take_completions([&](const io_uring_cqe&) { return ++completions != 0; });
      EXPECT_EQ(completions, refused.of_entries + 1);
    }
  })
      .join();
}

}  // namespace pirn::uring_testing
