// The contract of what only a kernel's drivers have: descriptors, Unix sockets, other threads.
#include <array>
#include <cerrno>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/core/driver_contract_test.hpp"

namespace pirn::contract {

namespace {

using namespace std::chrono_literals;
using polling = request<poll_operation>;

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count - 1;  // the iterator's own
}

int option_of(const socket& from, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(from.native_handle(), level, name, &value, &size), 0);
  return value;
}

/// A pipe that closes itself.
struct pipe_ends {
  pipe_ends() { EXPECT_EQ(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC), 0); }
  pipe_ends(pipe_ends&&) = delete;
  ~pipe_ends() {
    ::close(reading());
    close_writing();
  }
  int reading() const { return ends[0]; }
  int writing() const { return ends[1]; }
  void close_writing() {
    if (ends[1] >= 0) ::close(std::exchange(ends[1], -1));
  }
  void write() { EXPECT_EQ(::write(writing(), "x", 1), 1); }
  void fill() {
    std::string much(1 << 16, 'x');
    while (::write(writing(), much.data(), much.size()) > 0) continue;
  }

  std::array<int, 2> ends{};
};

class kernel_driver_test : public kernel_driver_contract {
 protected:
  void start_poll(polling& waiting, int descriptor, int events) {
    waiting.descriptor = descriptor;
    waiting.events = events;
    start(waiting);
  }

  connection connect_unix(const endpoint& at) {
    auto listener = driver_.listen(at, {});
    EXPECT_TRUE(listener.has_value()) << listener.error().message();
    EXPECT_EQ((*listener)->local(), at);
    return connect_to(**listener);
  }

  endpoint abstract_name() {
    return endpoint::unix_socket(std::string("\0pirn-driver-test-", 18) +
                                 std::to_string(::getpid()));
  }
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(all, kernel_driver_test, ::testing::ValuesIn(kernel_drivers()), name_of);

TEST_P(kernel_driver_test, another_thread_ends_a_poll_without_a_time) {
  for (int i = 0; i < 100; ++i) {
    std::jthread other([this] { driver_.wake(); });
    driver_.poll(never);
  }
}

TEST_P(kernel_driver_test, a_wake_before_the_poll_is_not_lost) {
  for (int i = 0; i < 3; ++i) {
    driver_.wake();
    driver_.wake();
    driver_.poll(never);
  }
  driver_.wake();
  driver_.poll(driver_.now());
}

TEST_P(kernel_driver_test, mail_from_another_thread_ends_a_poll) {
  struct note final : inbox_message {
    void arrived() noexcept override { read = true; }
    bool read = false;
  } note;
  std::jthread other([&] { mail_.post(note); });
  EXPECT_TRUE(poll_until([&] { return note.read; }));
}

TEST_P(kernel_driver_test, a_descriptor_becomes_readable) {
  pipe_ends pipe;
  polling waiting;
  start_poll(waiting, pipe.reading(), poll_readable);
  poll_some();
  EXPECT_FALSE(waiting.ended());
  pipe.write();
  EXPECT_EQ(finish(waiting), poll_readable);
  polling again;
  start_poll(again, pipe.reading(), poll_readable);
  EXPECT_EQ(finish(again), poll_readable) << "bytes that are left count";
}

TEST_P(kernel_driver_test, a_descriptor_becomes_writable) {
  pipe_ends pipe;
  pipe.fill();
  polling waiting;
  start_poll(waiting, pipe.writing(), poll_writable);
  poll_some();
  EXPECT_FALSE(waiting.ended());
  std::string much(1 << 20, 'x');
  EXPECT_GT(::read(pipe.reading(), much.data(), much.size()), 0);
  EXPECT_EQ(finish(waiting), poll_writable);
}

TEST_P(kernel_driver_test, one_descriptor_is_polled_for_reading_and_for_writing) {
  connection pair = connect_pair();
  int descriptor = pair.server->native_handle();
  polling readable;
  start_poll(readable, descriptor, poll_readable);
  for (int i = 0; i < 3; ++i) {
    polling writable;
    start_poll(writable, descriptor, poll_writable);
    EXPECT_EQ(finish(writable), poll_writable);
    EXPECT_FALSE(readable.ended());
  }
  polling second;
  start_poll(second, descriptor, poll_readable);
  EXPECT_EQ(send_text(*pair.client, "x"), 0);
  EXPECT_EQ(finish(readable), poll_readable);
  EXPECT_EQ(finish(second), poll_readable);
  EXPECT_EQ(receive_text(*pair.server, 1), "x");
}

TEST_P(kernel_driver_test, a_hang_up_is_reported_unasked) {
  pipe_ends pipe;
  polling waiting;
  start_poll(waiting, pipe.reading(), poll_readable);
  pipe.close_writing();
  EXPECT_NE(finish(waiting) & poll_hang_up, 0);
}

TEST_P(kernel_driver_test, a_regular_file_is_always_ready) {
  int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  polling waiting;
  start_poll(waiting, file, poll_readable);
  EXPECT_EQ(finish(waiting), poll_readable);
  ::close(file);
}

TEST_P(kernel_driver_test, polling_no_descriptor_fails) {
  polling waiting;
  start_poll(waiting, -1, poll_readable);
  EXPECT_EQ(finish(waiting), -EBADF);
}

TEST_P(kernel_driver_test, a_cancelled_poll_leaves_the_others) {
  pipe_ends pipe;
  std::array<polling, 2> waiting;
  for (polling& each : waiting) start_poll(each, pipe.reading(), poll_readable);
  withdraw(waiting[0]);
  pipe.write();
  EXPECT_EQ(finish(waiting[1]), poll_readable);
}

TEST_P(kernel_driver_test, a_descriptor_number_is_polled_again_as_another_file) {
  polling first;
  int number = -1;
  {
    pipe_ends pipe;
    number = pipe.reading();
    pipe.write();
    start_poll(first, number, poll_readable);
    EXPECT_EQ(finish(first), poll_readable);
  }
  pipe_ends other;
  EXPECT_EQ(other.reading(), number);
  polling second;
  start_poll(second, other.reading(), poll_readable);
  poll_some();
  EXPECT_FALSE(second.ended());
  other.write();
  EXPECT_EQ(finish(second), poll_readable);
}

TEST_P(kernel_driver_test, a_unix_socket_has_a_path) {
  std::string path = ::testing::TempDir() + "pirn-driver-" + std::to_string(::getpid()) + ".sock";
  endpoint at = endpoint::unix_socket(path);
  connection pair = connect_unix(at);
  EXPECT_EQ(pair.client->peer(), at);
  EXPECT_EQ(pair.server->peer(), endpoint()) << "the client has no name";
  EXPECT_EQ(send_text(*pair.client, "over a path"), 0);
  EXPECT_EQ(receive_text(*pair.server, 11), "over a path");
  EXPECT_EQ(::unlink(path.c_str()), 0);
}

TEST_P(kernel_driver_test, a_unix_socket_has_an_abstract_name) {
  connection pair = connect_unix(abstract_name());
  std::string much = pattern(2 << 20);
  slice all = slice_of(much);
  send sending;
  sending.to = pair.server.get();
  sending.slices = {&all, 1};
  start(sending);
  EXPECT_TRUE(receive_text(*pair.client, much.size()) == much);
  EXPECT_EQ(finish(sending), 0);
  pair.server.reset();
  EXPECT_EQ(receive_result(*pair.client), 0);
}

TEST_P(kernel_driver_test, a_connect_to_a_missing_unix_socket_fails) {
  connect outgoing;
  outgoing.remote = endpoint::unix_socket("/nonexistent/pirn.sock");
  EXPECT_EQ(carry_out(outgoing), -ENOENT);
  outgoing.remote = abstract_name();
  EXPECT_EQ(carry_out(outgoing), -ECONNREFUSED);
}

TEST_P(kernel_driver_test, bytes_behind_a_passed_descriptor_are_not_stuck) {
  connection pair = connect_unix(abstract_name());
  receive_leased first;
  first.from = pair.server.get();
  start(first);
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  char byte = 'a';
  iovec part{.iov_base = &byte, .iov_len = 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  *reinterpret_cast<int*>(CMSG_DATA(header)) = STDERR_FILENO;
  EXPECT_EQ(::sendmsg(pair.client->native_handle(), &message, 0), 1);
  EXPECT_EQ(send_text(*pair.client, "bc"), 0);
  EXPECT_GT(finish(first), 0);
  std::string got(first.chunk.text());
  got += receive_text(*pair.server, 3 - got.size());
  EXPECT_EQ(got, "abc");
}

TEST_P(kernel_driver_test, bytes_behind_an_urgent_one_are_not_stuck) {
  connection pair = connect_pair();
  receive_leased first;
  first.from = pair.server.get();
  start(first);
  poll_some();
  EXPECT_EQ(send_text(*pair.client, "abc"), 0);
  EXPECT_EQ(::send(pair.client->native_handle(), "!", 1, MSG_OOB), 1);
  EXPECT_EQ(send_text(*pair.client, "def"), 0);
  EXPECT_GT(finish(first), 0);
  std::string got(first.chunk.text());
  got += receive_text(*pair.server, 6 - got.size());
  EXPECT_EQ(got, "abcdef");
}

TEST_P(kernel_driver_test, ipv6_connects) {
  auto listener = driver_.listen(*endpoint::parse("[::1]:0"), {});
  if (!listener) {
    EXPECT_TRUE(listener.error() == std::errc::address_not_available ||
                listener.error() == std::errc::address_family_not_supported)
        << listener.error().message();
    return;  // this machine has none
  }
  connection pair = connect_to(**listener);
  EXPECT_EQ(pair.server->peer(), pair.client->local());
  EXPECT_EQ(pair.server->peer().host(), "::1");
  EXPECT_EQ(send_text(*pair.client, "six"), 0);
  EXPECT_EQ(receive_text(*pair.server, 3), "six");
}

TEST_P(kernel_driver_test, both_ends_have_their_options) {
  for (bool on : {true, false}) {
    stream_options options{.no_delay = on, .keep_alive = on};
    socket_ptr listener = listen({.accepted = options});
    connection pair = connect_to(*listener, options);
    for (const socket* each : {pair.client.get(), pair.server.get()}) {
      EXPECT_EQ(option_of(*each, IPPROTO_TCP, TCP_NODELAY) != 0, on);
      EXPECT_EQ(option_of(*each, SOL_SOCKET, SO_KEEPALIVE) != 0, on);
    }
  }
}

TEST_P(kernel_driver_test, both_ends_have_their_buffer_sizes) {
  stream_options options{.receive_buffer_bytes = 20'000, .send_buffer_bytes = 30'000};
  for (const endpoint& at : {endpoint::ipv4({127, 0, 0, 1}, 0), abstract_name()}) {
    auto listener = driver_.listen(at, {.accepted = options});
    ASSERT_TRUE(listener.has_value());
    connection pair = connect_to(**listener, options);
    for (const socket* each : {pair.client.get(), pair.server.get()}) {
      EXPECT_EQ(option_of(*each, SOL_SOCKET, SO_RCVBUF), 40'000);
      EXPECT_EQ(option_of(*each, SOL_SOCKET, SO_SNDBUF), 60'000);
    }
  }
}

TEST_P(kernel_driver_test, two_listeners_share_a_port_when_both_say_so) {
  socket_ptr first = listen({.reuse_port = true});
  auto second = driver_.listen(first->local(), {.reuse_port = true});
  EXPECT_TRUE(second.has_value());
  EXPECT_FALSE(driver_.listen(first->local(), {}).has_value());
}

TEST_P(kernel_driver_test, descriptors_are_closed_on_exec) {
  socket_ptr listener = listen();
  connection pair = connect_to(*listener);
  for (const socket* each : {listener.get(), pair.client.get(), pair.server.get()}) {
    EXPECT_EQ(::fcntl(each->native_handle(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  }
}

TEST_P(kernel_driver_test, a_copied_descriptor_does_not_keep_a_closed_connection_alive) {
  connection pair = connect_pair();
  receive_leased receiving;
  receiving.from = pair.server.get();
  start(receiving);
  cancel(receiving);
  int copy = ::dup(pair.server->native_handle());
  pair.server.reset();
  EXPECT_EQ(send_text(*pair.client, "to the copy"), 0);
  poll_some();
  ::close(copy);
  poll_some();
}

TEST_P(kernel_driver_test, accept_tells_when_descriptors_run_out_and_works_again_later) {
  socket_ptr listener = listen();
  connection accepted_before = connect_pair();  // UBSan looks at each type once, through a pipe
  connect outgoing;
  outgoing.remote = listener->local();
  ASSERT_EQ(carry_out(outgoing), 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  int lowest_free = ::dup(0);
  ::close(lowest_free);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest_free);
  accept refused;
  refused.listener = listener.get();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  int result = carry_out(refused);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(result, -EMFILE);
  accept later;
  later.listener = listener.get();
  EXPECT_EQ(carry_out(later), 0);
  EXPECT_EQ(later.peer, outgoing.connected->local());
}

TEST_P(kernel_driver_test, no_descriptor_is_left_open) {
  std::size_t before = open_descriptors();
  {
    driver_setup second = GetParam().make();
    std::size_t with_driver = open_descriptors();
    for (int i = 0; i < 3; ++i) {
      socket_ptr listener = listen();
      connection pair = connect_to(*listener);
      receive_leased receiving;
      receiving.from = pair.client.get();
      start(receiving);
      cancel(receiving);
      connect cancelled;
      cancelled.remote = listener->local();
      start(cancelled);
      if (!cancelled.ended()) cancel(cancelled);
    }
    poll_some();
    EXPECT_TRUE(poll_until([&] { return open_descriptors() == with_driver; }))
        << open_descriptors() << " instead of " << with_driver;
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace pirn::contract
