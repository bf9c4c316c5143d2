// Every await of net's operations, cancelled once, on every driver: nothing stays, and the peer
// comes to its end.
#include "pirn/testing/cancel_everywhere_test.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/io/buffered_reader.hpp"
#include "pirn/io/buffered_writer.hpp"
#include "pirn/io/copy.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/net/resolver.hpp"
#include "pirn/net/server.hpp"
#include "pirn/net/udp_socket.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;
using pirn::testing::cancel_everywhere;
using pirn::testing::cancel_whole;

class net_cancel_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, net_cancel_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

// So small that a writer must wait.
constexpr stream_options small{.receive_buffer_bytes = 4096, .send_buffer_bytes = 4096};

const std::string& some_pages() {
  static const std::string text(40'000, 'p');
  return text;
}

/// Connects, and lets each end have a task of its own, which closes it.
template <class Near, class Far>
task<> meet(endpoint local, Near near, Far far) {
  listener where(local, {.accepted = small});
  tcp_stream client = co_await connect(where.local(), small);
  tcp_stream server = co_await where.accept();
  auto body = [&](task_group& group) -> task<> {
    group.spawn(near, std::move(client));
    group.spawn(far, std::move(server));
    co_return;
  };
  co_await with_group(body);
}

task<> write_pages(tcp_stream peer) {
  co_await peer.write_all(some_pages());
  co_await peer.shut_down_writing();
  const lease answer = co_await peer.read();
  EXPECT_TRUE(answer.empty() || answer.text() == "thanks");
}

task<> read_pages(tcp_stream peer) {
  co_await yield_now();
  const std::string all = co_await read_to_end(peer);
  if (all.size() == some_pages().size()) co_await peer.write_all("thanks");
}

TEST_P(net_cancel_test, reading_and_a_write_that_waits) {
  cancel_everywhere(GetParam(), [] { return meet(loopback(0), write_pages, read_pages); });
}

TEST_P(net_cancel_test, a_unix_socket) {
  const pirn::testing::temporary_directory directory;
  int number = 0;
  cancel_everywhere(GetParam(), [&] {
    const std::string path = directory / std::to_string(++number);
    return meet(endpoint::unix_socket(path), write_pages, read_pages);
  });
}

task<> write_slices(tcp_stream peer) {
  const std::array parts{part("head "), part(some_pages()), part(" tail")};
  co_await peer.write_all(std::span(parts));
}

task<> read_into_own_memory(tcp_stream peer) {
  std::array<std::byte, 8192> room{};
  for (;;) {
    const std::size_t count = co_await peer.read_some(room);
    if (count == 0) co_return;
  }
}

TEST_P(net_cancel_test, a_gather_list_and_reads_into_own_memory) {
  cancel_everywhere(GetParam(),
                    [] { return meet(loopback(0), write_slices, read_into_own_memory); });
}

task<> write_lines(tcp_stream peer) {
  io::buffered_writer out(peer, {.high_bytes = 5000});
  for (int i = 0; i < 20; ++i) {
    out.write("a line\n");
    out.write(std::string_view(some_pages()).substr(0, 1000));
    co_await out.drain();
  }
  co_await out.flush();
  co_await peer.shut_down_writing();
}

task<> read_lines(tcp_stream peer) {
  io::buffered_reader in(peer);
  for (int i = 0; i < 5; ++i) {
    const std::string_view line = co_await in.read_line();
    if (line.empty()) co_return;
    const std::string_view body = co_await in.read_exactly(1000);
    EXPECT_EQ(body.size(), 1000U);
  }
  const std::string_view until = co_await in.read_until("line\n");
  EXPECT_TRUE(until.ends_with("a line\n"));
  for (;;) {
    const std::string_view rest = co_await in.read(3000);
    if (rest.empty()) co_return;
  }
}

TEST_P(net_cancel_test, a_buffered_writer_and_each_read_of_a_buffered_reader) {
  cancel_everywhere(GetParam(), [] { return meet(loopback(0), write_lines, read_lines); });
}

task<> forward_between(tcp_stream here, tcp_stream there) {
  const io::forwarded counts = co_await io::forward(here, there);
  EXPECT_LE(counts.there_bytes, some_pages().size());
}

task<> talk_through_another() {
  listener where(loopback(0), {.accepted = small});
  tcp_stream client = co_await connect(where.local(), small);
  tcp_stream front = co_await where.accept();
  tcp_stream back = co_await connect(where.local(), small);
  tcp_stream server = co_await where.accept();
  auto body = [&](task_group& group) -> task<> {
    group.spawn(write_pages, std::move(client));
    group.spawn(forward_between, std::move(front), std::move(back));
    group.spawn(read_pages, std::move(server));
    co_return;
  };
  co_await with_group(body);
}

// Not each task by itself: nobody outside can cancel one direction of a forward alone.
TEST_P(net_cancel_test, forwarding_between_two_connections) {
  cancel_whole(GetParam(), talk_through_another);
}

task<> connect_and_accept() {
  listener where(loopback(0));
  tcp_stream client = co_await connect(where.local());
  tcp_stream server = co_await where.accept();
  auto [late, later] = co_await gather(where.accept(), connect(where.local()));
  EXPECT_EQ(late.peer(), later.local());
}

TEST_P(net_cancel_test, connecting_and_accepting) {
  cancel_whole(GetParam(), connect_and_accept);
}

task<> connect_by_name() {
  resolver::current().clear();
  const std::vector<endpoint> addresses = co_await resolve("localhost", 80);
  EXPECT_FALSE(addresses.empty());
  const std::string name = co_await reverse(loopback(0));
  EXPECT_FALSE(name.empty());
  listener where(loopback(0));
  endpoint nobody;
  {
    const listener gone(loopback(0));
    nobody = gone.local();
  }
  tcp_stream made = co_await connect("localhost", where.local().port());
  const std::vector candidates{nobody, where.local()};
  tcp_stream other = co_await connect_to_any("some.host", candidates);
  EXPECT_EQ(other.peer(), where.local());
}

TEST_P(net_cancel_test, resolving_and_connecting_to_whichever_answers) {
  cancel_whole(GetParam(), connect_by_name);
}

task<> exchange_datagrams() {
  udp_socket here(loopback(0));
  udp_socket there(loopback(0));
  auto answer = [&]() -> task<> {
    std::array<std::byte, 100> room{};
    const datagram_info info = co_await there.receive_from(room);
    co_await there.send_to("answer", info.peer);
    std::size_t came = 0;
    while (came < 3) {
      const auto batch = co_await there.receive_many();
      came += batch.size();
    }
  };
  auto ask = [&]() -> task<> {
    co_await yield_now();
    co_await here.send_to("question", there.local());
    std::array<std::byte, 100> room{};
    const datagram_info info = co_await here.receive_from(room);
    EXPECT_EQ(info.size_bytes, 6U);
    const endpoint peer = there.local();
    const std::array batch{datagram_to(peer, std::as_bytes(std::span("1"))),
                           datagram_to(peer, std::as_bytes(std::span("22"))),
                           datagram_to(peer, std::as_bytes(std::span("333")))};
    co_await here.send_many(batch);
  };
  co_await gather(answer(), ask());
}

TEST_P(net_cancel_test, datagrams_one_by_one_and_many) {
  cancel_whole(GetParam(), exchange_datagrams);
}

task<> echo(tcp_stream peer) {
  co_await io::copy(peer, peer);
}

task<> ask_a_server() {
  listener where(loopback(0));  // outlives its server, which ends with the group
  auto body = [&](task_group& group) -> task<> {
    const serve_options graceful{.grace = 1ms};
    child<void> server = group.start(serve_on(where, echo, graceful));
    tcp_stream client = co_await connect(where.local());
    co_await client.write_all("question");
    const lease answer = co_await client.read();
    EXPECT_EQ(answer.text(), "question");
    server.cancel();
    const lease end = co_await client.read();
    EXPECT_TRUE(end.empty());
  };
  co_await with_group(body);
}

TEST_P(net_cancel_test, a_server_and_its_grace) {
  cancel_whole(GetParam(), ask_a_server);
}

}  // namespace
