// 45_udp: datagrams: a question that is asked again until it is answered, and many at once.
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;
using pirn::net::udp_socket;

// [server]
// Answers every second question: datagrams get lost.
pirn::task<> serve(udp_socket& socket) {
  std::array<std::byte, 1500> room{};
  for (int asked = 1;; ++asked) {
    auto question = co_await socket.receive_from(room);
    if (asked % 2 == 0) co_await socket.send_to("it is noon", question.peer);
  }
}
// [/server]

// [client]
pirn::task<std::string> ask(udp_socket& server) {
  std::array<std::byte, 1500> room{};
  for (int attempt = 1;; ++attempt) {
    co_await server.send("what time is it?");
    auto answer = co_await pirn::move_on_after(100ms, server.receive(room));
    if (answer) {
      std::string text(reinterpret_cast<const char*>(room.data()), answer->size_bytes);
      co_return fmt::format("{} (after {} questions)", text, attempt);
    }
  }
}
// [/client]

// One list, one call of the kernel; they come out as they went in.
pirn::task<> send_many(udp_socket& to, udp_socket& from) {
  const std::vector<std::string> words{"many", "at", "once"};
  std::vector<pirn::outgoing_datagram> datagrams;
  for (const std::string& each : words) datagrams.push_back({std::as_bytes(std::span(each))});
  co_await to.send_many(datagrams);
  for (std::size_t count = 0; count < words.size();) {
    auto some = co_await from.receive_many();
    for (const auto& each : some) fmt::print("{} bytes: {}\n", each.bytes.size(), each.text());
    count += some.size();
  }
}

pirn::task<> main_task() {
  udp_socket server(pirn::net::loopback(0));
  udp_socket client = pirn::net::connect_udp(server.local());
  auto answer = co_await pirn::race(ask(client), serve(server));
  fmt::print("{}\n", std::get<0>(answer));
  udp_socket other(pirn::net::loopback(0));
  udp_socket sender = pirn::net::connect_udp(other.local());
  co_await send_many(sender, other);
}

int main() {
  pirn::run({.driver = pirn::driver_choice::virtual_time}, main_task);
}

// Output:
// it is noon (after 2 questions)
// 4 bytes: many
// 2 bytes: at
// 4 bytes: once
