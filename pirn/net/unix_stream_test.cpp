// unix_stream: who is at the other end, and descriptors beside bytes.
#include "pirn/net/unix_stream.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/net/connected_test.hpp"
#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/census.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::testing::open_descriptors;

/// The kernel's drivers: the simulated one has neither processes nor descriptors.
class unix_stream_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, unix_stream_test, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

/// Sends until the socket takes no more.
/// Returns: the bytes.
std::size_t fill(tcp_stream& stream) {
  const std::string filling(64 << 10, 'f');
  std::size_t filled = 0;
  for (;;) {
    const std::ptrdiff_t sent = stream.raw().send_at_once(std::as_bytes(std::span(filling)));
    if (sent == -EAGAIN) return filled;
    filled += static_cast<std::size_t>(sent);
  }
}

task<> write_word(tcp_stream& to) {
  co_await to.write_all("word");
}

TEST_P(unix_stream_test, the_peer_of_both_ends_is_known) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    const credentials us{.process_id = ::getpid(), .user_id = ::getuid(), .group_id = ::getgid()};
    EXPECT_EQ(peer_credentials(ends.server), us);
    EXPECT_EQ(peer_credentials(ends.client), us);
  });
}

TEST_P(unix_stream_test, a_descriptor_arrives_with_its_bytes) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    auto made = make_pipe();
    const std::array given{made->writer.get()};
    co_await send_descriptors(ends.client, "take this", given);
    std::array<std::byte, 100> room;
    received_descriptors got = co_await receive_descriptors(ends.server, room);
    EXPECT_EQ(got.count, 9U);
    EXPECT_EQ(got.descriptors.size(), 1U);
    EXPECT_NE(::fcntl(got.descriptors[0].get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_EQ(::write(got.descriptors[0].get(), "x", 1), 1);
    char read = 0;
    EXPECT_EQ(::read(made->reader.get(), &read, 1), 1);
  });
}

TEST_P(unix_stream_test, a_receiver_waits_and_the_end_of_the_stream_is_zero_bytes) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    auto receive = [&]() -> task<std::size_t> {
      std::array<std::byte, 4> room;
      received_descriptors got = co_await receive_descriptors(ends.server, room);
      co_return got.count;
    };
    auto later = [&]() -> task<> {
      co_await sleep_for(1ms);
      co_await ends.client.write_all("ab");
    };
    auto [count, sent] = co_await gather(receive(), later());
    EXPECT_EQ(count, 2U);
    ends.client.close();
    std::size_t end = co_await receive();
    EXPECT_EQ(end, 0U);
  });
}

TEST_P(unix_stream_test, descriptors_are_not_lost_to_reads_that_came_before) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    for (int round = 0; round < 20; ++round) {  // small ones: a driver might begin to read ahead
      co_await ends.client.write_all("x");
      lease chunk = co_await ends.server.read();
      EXPECT_EQ(chunk.text(), "x");
    }
    const std::array given{STDERR_FILENO};
    co_await send_descriptors(ends.client, "y", given);
    co_await sleep_for(1ms);
    std::array<std::byte, 4> room;
    received_descriptors got = co_await receive_descriptors(ends.server, room);
    EXPECT_EQ(got.descriptors.size(), 1U);
    co_await ends.client.write_all("z");
    lease after = co_await ends.server.read();
    EXPECT_EQ(after.text(), "z");
  });
}

TEST_P(unix_stream_test, a_sender_waits_while_the_socket_is_full_and_sends_the_rest) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    const std::size_t filled = fill(ends.client);
    const std::string much(1 << 20, 'm');
    const std::array given{STDERR_FILENO, STDERR_FILENO};
    std::size_t count = 0;
    std::size_t descriptors = 0;
    auto receive_all = [&]() -> task<> {
      co_await sleep_for(1ms);
      std::array<std::byte, 4096> room;
      while (count < filled + much.size()) {
        received_descriptors got = co_await receive_descriptors(ends.server, room);
        if (!got.descriptors.empty()) {
          EXPECT_EQ(count, filled) << "with the first of its bytes";
        }
        count += got.count;
        descriptors += got.descriptors.size();
      }
    };
    co_await gather(send_descriptors(ends.client, much, given), receive_all());
    EXPECT_EQ(descriptors, 2U);
  });
}

TEST_P(unix_stream_test, what_this_process_has_no_room_for_is_an_error_and_leaks_nothing) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    const std::array given{STDERR_FILENO, STDERR_FILENO, STDERR_FILENO};
    co_await send_descriptors(ends.client, "x", given);
    const std::size_t before = open_descriptors();
    rlimit allowed{};
    ::getrlimit(RLIMIT_NOFILE, &allowed);
    rlimit lowered = allowed;
    const unique_fd next = duplicate(STDERR_FILENO);
    lowered.rlim_cur = static_cast<rlim_t>(next.get()) + 2;
    ::setrlimit(RLIMIT_NOFILE, &lowered);
    std::array<std::byte, 4> room;
    int error = 0;
    try {
      received_descriptors got = co_await receive_descriptors(ends.server, room);
    } catch (const std::system_error& each) {
      error = each.code().value();
    }
    ::setrlimit(RLIMIT_NOFILE, &allowed);
    EXPECT_EQ(error, EMFILE);
    EXPECT_EQ(open_descriptors(), before + 1);
  });
}

TEST_P(unix_stream_test, a_cancelled_receive_loses_nothing_and_leaks_nothing) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    std::array<std::byte, 4> room;
    std::size_t before = 0;
    for (int round = 0; round < 3; ++round) {
      auto none = co_await move_on_after(1ms, receive_descriptors(ends.server, room));
      EXPECT_FALSE(none.has_value());
      if (round == 0) before = open_descriptors();  // with what the driver polls by
    }
    const std::array given{STDERR_FILENO};
    co_await send_descriptors(ends.client, "x", given);
    {
      received_descriptors got = co_await receive_descriptors(ends.server, room);
      EXPECT_EQ(got.descriptors.size(), 1U);
    }
    EXPECT_EQ(open_descriptors(), before);
  });
}

TEST_P(unix_stream_test, a_cancelled_send_to_a_full_socket_has_sent_nothing) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    const std::size_t filled = fill(ends.client);
    const std::array given{STDERR_FILENO};
    bool ended = co_await move_on_after(2ms, send_descriptors(ends.client, "x", given));
    EXPECT_FALSE(ended);
    ends.client.close();
    std::string all = co_await read_to_end(ends.server);
    EXPECT_EQ(all.size(), filled);
  });
}

TEST_P(unix_stream_test, every_await_can_be_cancelled) {
  pirn::testing::cancel_each_await(
      []() -> task<> {
        both_ends ends = co_await connected_by_unix_socket();
        const std::string much(256 << 10, 'm');  // more than the socket takes at once
        const std::array given{STDERR_FILENO, STDOUT_FILENO};
        auto receive_all = [&]() -> task<> {
          std::array<std::byte, 64 << 10> room;
          for (;;) {
            received_descriptors got = co_await receive_descriptors(ends.server, room);
            if (got.count == 0) co_return;
          }
        };
        auto send = [&]() -> task<> {
          co_await send_descriptors(ends.client, much, given);
          ends.client.close();
        };
        co_await gather(receive_all(), send());
      },
      pirn::testing::expect_no_error, {.driver = GetParam()});
}

TEST_P(unix_stream_test, other_sockets_are_refused) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected();
    EXPECT_THROW(peer_credentials(ends.server), std::system_error);
    const std::array given{STDERR_FILENO};
    std::string told = co_await message_of<std::system_error>(
        [&] { return send_descriptors(ends.client, "x", given); });
    EXPECT_EQ(told, "send descriptors to " + ends.client.name() + ": Operation not supported");
  });
}

TEST_P(unix_stream_test, more_than_the_kernel_passes_is_refused) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    const std::vector<int> many(254, STDERR_FILENO);
    std::string told = co_await message_of<std::system_error>(
        [&] { return send_descriptors(ends.client, "x", many); });
    EXPECT_TRUE(told.ends_with("Invalid argument")) << told;
  });
}

TEST_P(unix_stream_test, a_file_that_a_dead_server_left_is_replaced_and_a_living_servers_is_not) {
  pirn::testing::temporary_directory directory;
  on_loop([&]() -> task<> {
    const endpoint path = endpoint::unix_socket((directory.path() / "socket").string());
    {
      listener dead(path);
    }
    EXPECT_EQ(::access(std::string(path.path()).c_str(), F_OK), 0);
    listener living(path);
    EXPECT_THROW(listener{path}, std::system_error);
    auto [client, server] = co_await gather(connect(path), living.accept());
    EXPECT_TRUE(client.is_open());
  });
}

TEST_P(unix_stream_test, another_file_in_its_place_is_left_alone) {
  pirn::testing::temporary_directory directory;
  on_loop([&]() -> task<> {
    const std::string path = (directory.path() / "file").string();
    const unique_fd file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    EXPECT_THROW(listener{endpoint::unix_socket(path)}, std::system_error);
    EXPECT_EQ(::access(path.c_str(), F_OK), 0);
    co_return;
  });
}

TEST_P(unix_stream_test, an_error_says_whose_client_it_was) {
  on_loop([]() -> task<> {
    both_ends ends = co_await connected_by_unix_socket();
    const std::string path = ends.server.local().to_string();
    EXPECT_EQ(ends.server.name(), "a client of " + path);
    EXPECT_EQ(ends.client.name(), path);
    EXPECT_EQ(ends.server.read().describe(), "read from a client of " + path);
    ends.client.close();
    std::string rest = co_await read_to_end(ends.server);
    std::string told =
        co_await message_of<std::system_error>([&] { return write_word(ends.server); });
    EXPECT_EQ(told, "write to a client of " + path + ": Broken pipe");
  });
}

TEST_P(unix_stream_test, a_socket_pair_has_no_names_to_tell) {
  on_loop([]() -> task<> {
    socket_pair pair = make_socket_pair().value();
    tcp_stream stream = tcp_stream::adopt(std::move(pair.left));
    pair.right.reset();
    std::string told = co_await message_of<std::system_error>([&] { return write_word(stream); });
    EXPECT_EQ(told, "write to an unnamed socket: Broken pipe");
  });
}

TEST_P(unix_stream_test, a_peers_name_does_not_begin_a_line_of_its_own) {
  on_loop([]() -> task<> {
    const endpoint shouting = abstract_name("pirn\nfatal: ");
    listener where(shouting);
    auto [client, server] = co_await gather(connect(where.local()), where.accept());
    EXPECT_EQ(client.name().find('\n'), std::string::npos) << client.name();
    server.close();
    std::string rest = co_await read_to_end(client);
    std::string told = co_await message_of<std::system_error>([&] { return write_word(client); });
    EXPECT_TRUE(told.starts_with(R"(write to unix:@pirn\nfatal: )")) << told;
  });
}

TEST(unix_stream, a_simulated_stream_has_no_descriptors) {
  run({.driver = driver_choice::virtual_time}, []() -> task<> {
    both_ends ends = co_await connected();
    EXPECT_THROW(peer_credentials(ends.server), std::system_error);
    co_return;
  });
}

TEST_P(unix_stream_test, a_name_does_not_begin_a_line_of_its_own_in_an_error) {
  on_loop([]() -> task<> {
    const auto nobody = endpoint::unix_socket("/nowhere/a\nb");
    std::string message = co_await message_of([&] { return connect(nobody); });
    EXPECT_TRUE(message.starts_with(R"(connect unix:/nowhere/a\nb: )")) << message;
  });
}

}  // namespace
