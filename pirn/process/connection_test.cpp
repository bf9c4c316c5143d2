// connection: typed messages, bytes and open files through a pipe; its ends, and what is no
// message.
#include "pirn/process/connection.hpp"

#include <map>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/process/process_test.hpp"

namespace {

using namespace pirn;
using namespace std::chrono_literals;

class connections : public ::testing::Test {
 protected:
  pirn::testing::nothing_left checked_;
};

template <class Error, class Work>
std::string failure_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no failure";
}

remote::bytes some_bytes(std::size_t count) {
  remote::bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(i * 7 / 3);
  return bytes;
}

void send_raw(const connection& to, std::string_view text) {
  ASSERT_EQ(::send(to.descriptor(), text.data(), text.size(), 0),
            static_cast<ssize_t>(text.size()));
}

struct sample {
  int number = 0;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, text);
  }
};

TEST_F(connections, values_arrive_as_they_were_sent_both_ways) {
  auto [left, right] = pirn::pipe();
  left.send(42).result(20s);
  left.send("hello").result(20s);
  left.send(1, std::string("two"), 3.5).result(20s);
  left.send(std::map<std::string, std::vector<int>>{{"a", {1, 2}}}).result(20s);
  left.send(sample{7, "seven"}).result(20s);
  EXPECT_EQ(right.recv<int>().result(20s), 42);
  EXPECT_EQ(right.recv<std::string>().result(20s), "hello");
  auto [one, two, three] = right.recv<int, std::string, double>().result(20s);
  EXPECT_EQ(one, 1);
  EXPECT_EQ(two, "two");
  EXPECT_EQ(three, 3.5);
  auto map = right.recv<std::map<std::string, std::vector<int>>>().result(20s);
  EXPECT_EQ(map.at("a"), (std::vector{1, 2}));
  sample got = right.recv<sample>().result(20s);
  EXPECT_EQ(got.number, 7);
  EXPECT_EQ(got.text, "seven");
  right.send(true).result(20s);
  EXPECT_TRUE(left.recv<bool>().result(20s));
}

TEST_F(connections, a_message_of_any_shape_needs_no_type) {
  auto [left, right] = pirn::pipe();
  left.send(message::list{1, "hello", none}).result(20s);
  EXPECT_EQ(right.recv().result(20s).to_string(), "[1, 'hello', None]");
  left.send(message::dict{{"a", 1.0}}).result(20s);
  EXPECT_EQ(right.recv<message>().result(20s).to_string(), "{'a': 1.0}");
}

TEST_F(connections, bytes_arrive_as_they_are) {
  auto [left, right] = pirn::pipe();
  for (std::size_t count : {0U, 1U, 100U, 60'000U}) {
    remote::bytes sent = some_bytes(count);
    left.send_bytes(sent).result(20s);
    EXPECT_EQ(right.recv_bytes().result(20s), sent);
  }
}

TEST_F(connections, a_message_larger_than_the_sockets_buffers_arrives) {
  auto [left, right] = pirn::pipe();
  remote::bytes sent = some_bytes(5'000'000);
  std::jthread sender([&] {
    left.send_bytes(sent).result(20s);
    left.send("after it").result(20s);
  });
  EXPECT_EQ(right.recv_bytes().result(20s), sent);
  EXPECT_EQ(right.recv<std::string>().result(20s), "after it");
}

TEST_F(connections, many_small_messages_arrive_in_order) {
  auto [left, right] = pirn::pipe();
  std::jthread sender([&] {
    for (int i = 0; i < 20'000; ++i) left.send(i).result(20s);
  });
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(right.recv<int>().result(20s), i);
}

TEST_F(connections, a_value_of_another_type_is_an_error_and_the_next_one_is_read) {
  auto [left, right] = pirn::pipe();
  left.send(1).result(20s);
  left.send(2).result(20s);
  left.send_bytes(some_bytes(3)).result(20s);
  left.send(3).result(20s);
  using remote::message_error;
  EXPECT_EQ(failure_of<message_error>([&] { right.recv<long>().result(20s); }),
            "receive from pipe: the message holds another type than long");
  EXPECT_EQ(right.recv<int>().result(20s), 2);
  EXPECT_EQ(failure_of<message_error>([&] { right.recv().result(20s); }),
            "receive from pipe: expected values, got bytes");
  EXPECT_EQ(right.recv<int>().result(20s), 3);
}

TEST_F(connections, the_end_comes_after_what_was_sent) {
  auto [left, right] = pirn::pipe({.name = "pipe of two"});
  left.send(1).result(20s);
  left.close();
  EXPECT_EQ(right.recv<int>().result(20s), 1);
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(failure_of<end_of_stream>([&] { right.recv<int>().result(20s); }),
              "receive from pipe of two: the other end was closed");
  }
  EXPECT_EQ(failure_of<std::system_error>([&] { right.send(1).result(20s); }),
            "send to pipe of two: Broken pipe");
}

TEST_F(connections, an_end_that_was_closed_without_reading_is_an_end) {
  auto [left, right] = pirn::pipe();
  left.send(1).result(20s);
  right.close();
  EXPECT_THROW(left.recv<int>().result(20s), end_of_stream);
}

TEST_F(connections, an_end_inside_of_a_message_is_an_error) {
  auto [left, right] = pirn::pipe();
  left.send_bytes(some_bytes(100)).result(20s);
  std::array<char, 116> whole;
  ASSERT_EQ(::recv(right.descriptor(), whole.data(), whole.size(), 0), 116);
  for (std::size_t size : {5U, 16U, 115U}) {
    auto [from, to] = pirn::pipe();
    send_raw(from, std::string_view(whole.data(), size));
    from.close();
    EXPECT_THROW(to.recv_bytes().result(20s), remote::message_error) << size;
  }
  auto [from, to] = pirn::pipe();
  send_raw(from, std::string_view(whole.data(), 50));
  from.close();
  EXPECT_EQ(failure_of<remote::message_error>([&] { to.recv_bytes().result(20s); }),
            "receive from pipe: it was closed inside of a message, after 50 of 116 bytes");
}

TEST_F(connections, what_is_no_message_is_an_error) {
  auto [left, right] = pirn::pipe();
  send_raw(left, "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n");
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(failure_of<remote::message_error>([&] { right.recv<int>().result(20s); }),
              "receive from pipe: what arrives is no message");
  }
}

TEST_F(connections, a_size_that_is_not_allowed_is_refused_at_both_ends) {
  auto [left, right] = pirn::pipe({.message_max_bytes = 1000});
  EXPECT_EQ(failure_of<std::length_error>([&] { left.send_bytes(some_bytes(1001)).result(20s); }),
            "send to pipe: a message of 1001 bytes, where 1000 are allowed");
  EXPECT_THROW(left.send(std::string(1000, 'x')).result(20s), std::length_error);
  left.send_bytes(some_bytes(1000)).result(20s);
  EXPECT_EQ(right.recv_bytes().result(20s).size(), 1000U);
  connection strict(right.release(), {.message_max_bytes = 10});
  left.send_bytes(some_bytes(11)).result(20s);
  EXPECT_EQ(failure_of<remote::message_error>([&] { strict.recv_bytes().result(20s); }),
            "receive from pipe: a message of 11 bytes, where 10 are allowed");
}

// The sizes and kinds of what arrives are damaged bit by bit: an error, another value, or a wait
// for what is missing, which the end then ends.
TEST_F(connections, damaged_messages_are_errors_and_nothing_worse) {
  auto [left, right] = pirn::pipe();
  left.send(message::list{1, "hello", none}).result(20s);
  std::array<char, 64> whole;
  const ssize_t size = ::recv(right.descriptor(), whole.data(), whole.size(), 0);
  ASSERT_GT(size, 16);
  for (ssize_t bit = 0; bit < size * 8; ++bit) {
    std::string damaged(whole.data(), static_cast<std::size_t>(size));
    damaged[static_cast<std::size_t>(bit / 8)] ^= static_cast<char>(1 << bit % 8);
    auto [from, to] = pirn::pipe({.message_max_bytes = 1 << 20});
    send_raw(from, damaged);
    from.close();
    try {
      to.recv().result(20s);
    } catch (const remote::message_error&) {
    }
  }
}

TEST_F(connections, poll_tells_what_can_be_received) {
  auto [left, right] = pirn::pipe();
  EXPECT_FALSE(right.poll());
  EXPECT_FALSE(right.poll(1ms));
  left.send(1).result(20s);
  left.send(2).result(20s);
  EXPECT_TRUE(right.poll());
  EXPECT_EQ(right.recv<int>().result(20s), 1);
  EXPECT_TRUE(right.poll());
  EXPECT_EQ(right.recv<int>().result(20s), 2);
  EXPECT_FALSE(right.poll());
  left.close();
  EXPECT_TRUE(right.poll(20s));
}

TEST_F(connections, an_open_file_goes_to_the_other_end) {
  auto [left, right] = pirn::pipe();
  auto ends = make_pipe();
  ASSERT_TRUE(ends);
  left.send("before").result(20s);
  left.send_handle(ends->writer.get()).result(20s);
  left.send("after").result(20s);
  ends->writer.reset();
  EXPECT_EQ(right.recv<std::string>().result(20s), "before");
  unique_fd writer = right.recv_handle().result(20s);
  EXPECT_EQ(right.recv<std::string>().result(20s), "after");
  EXPECT_NE(::fcntl(writer.get(), F_GETFD) & FD_CLOEXEC, 0);
  ASSERT_EQ(::write(writer.get(), "x", 1), 1);
  char letter = 0;
  ASSERT_EQ(::read(ends->reader.get(), &letter, 1), 1);
  EXPECT_EQ(letter, 'x');
}

TEST_F(connections, handles_are_told_apart_and_none_is_lost_or_leaked) {
  auto [left, right] = pirn::pipe();
  for (int i = 0; i < 300; ++i) {
    unique_fd file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    ::lseek(file.get(), i, SEEK_SET);
    left.send_handle(file.get()).result(20s);
    unique_fd got = right.recv_handle().result(20s);
    ASSERT_EQ(::lseek(got.get(), 0, SEEK_CUR), i);
  }
  left.send_handle(0).result(20s);
  left.send(1).result(20s);
  EXPECT_EQ(failure_of<remote::message_error>([&] { right.recv<int>().result(20s); }),
            "receive from pipe: expected values, got a handle");
  EXPECT_EQ(right.recv<int>().result(20s), 1);
  left.send_handle(0).result(20s);  // and nobody takes it
  EXPECT_TRUE(right.poll());
}

TEST_F(connections, a_connection_travels_through_another) {
  auto [left, right] = pirn::pipe();
  auto [near, far] = pirn::pipe({.name = "inner", .message_max_bytes = 100});
  left.send("for you", far).result(20s);
  far.close();
  auto [text, got] = right.recv<std::string, connection>().result(20s);
  EXPECT_EQ(text, "for you");
  got.send(7).result(20s);
  EXPECT_EQ(near.recv<int>().result(20s), 7);
  EXPECT_THROW(got.send(std::string(100, 'x')).result(20s), std::length_error);
  got.close();
  EXPECT_THROW(near.recv<int>().result(20s), end_of_stream);
  left.send(std::vector<int>(), connection()).result(20s);
  auto [none_at_all, closed] = right.recv<std::vector<int>, connection>().result(20s);
  EXPECT_FALSE(closed.is_open());
}

TEST_F(connections, what_is_not_open_cannot_be_sent) {
  auto [left, right] = pirn::pipe();
  EXPECT_EQ(failure_of<std::system_error>([&] { left.send_handle(12345).result(20s); }),
            "send to pipe: Bad file descriptor");
  left.close();
  EXPECT_EQ(failure_of<std::system_error>([&] { left.send(1).result(20s); }),
            "send to pipe: Bad file descriptor");
}

TEST_F(connections, one_that_was_made_closed_or_moved_away_says_so) {
  auto [left, right] = pipe();
  const connection taken = std::move(left);
  connection never;
  for (connection* each : {&left, &never}) {  // NOLINT: what is left of it
    EXPECT_FALSE(each->is_open());
    EXPECT_EQ(each->descriptor(), -1);
    EXPECT_FALSE(each->release());
    EXPECT_EQ(failure_of<std::system_error>([&] { each->send(1).result(20s); }),
              "send to a pipe that is closed: Bad file descriptor");
    EXPECT_EQ(failure_of<std::system_error>([&] { each->recv<int>().result(20s); }),
              "receive from a pipe that is closed: Bad file descriptor");
    EXPECT_THROW(each->recv().result(20s), std::system_error);
    EXPECT_THROW(each->send_bytes({}).result(20s), std::system_error);
    EXPECT_THROW(each->recv_bytes().result(20s), std::system_error);
    EXPECT_THROW(each->send_handle(0).result(20s), std::system_error);
    EXPECT_THROW(each->recv_handle().result(20s), std::system_error);
    EXPECT_THROW(each->readable().result(20s), std::system_error);
    EXPECT_THROW(each->poll(), std::system_error);
    each->close();
  }
}

TEST_F(connections, a_send_that_was_cut_short_leaves_receiving) {
  auto [left, right] = pirn::pipe();
  EXPECT_THROW(left.send_bytes(some_bytes(5'000'000)).result(1ms), timeout_error);
  EXPECT_EQ(failure_of<std::logic_error>([&] { left.send(1).result(20s); }),
            "send to pipe: another message has been sent in part, and its rest is missing");
  right.send(2).result(20s);
  EXPECT_EQ(left.recv<int>().result(20s), 2);
}

TEST_F(connections, a_receive_that_was_cut_short_loses_nothing) {
  auto [left, right] = pirn::pipe();
  auto receiving = right.recv<int>();
  EXPECT_THROW(receiving.result(1ms), timeout_error);
  left.send(1).result(20s);
  connection moved = std::move(right);
  EXPECT_EQ(receiving.result(20s), 1);
}

}  // namespace
