#include "joined_datagrams.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "pirn/base/printable.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/resolver.hpp"
#include "pirn/net/udp_socket.hpp"
#include "pirn/process/standard_stream.hpp"

namespace pirn::apps {
namespace {

constexpr duration patience = std::chrono::seconds(1);
constexpr std::size_t datagram_max_bytes = 65507;

class datagram_joiner {
 public:
  explicit datagram_joiner(const joined_plan& plan) : plan_(plan) {}

  task<> run() {
    if (plan_.listen) {
      net::udp_socket socket(plan_.near.address);
      tell("listening on", socket.local().to_string());
      net::datagram_info first = co_await socket.receive_from(room_);
      tell("datagrams from", first.peer.to_string());
      co_await here_.write_all(std::span<const std::byte>(room_).first(first.size_bytes));
      socket.connect(first.peer);
      co_await join(socket);
    } else {
      endpoint peer = co_await address_of(plan_.near);
      net::udp_socket socket = net::connect_udp(peer);
      tell("datagrams to", peer.to_string());
      co_await join(socket);
    }
  }

 private:
  static task<endpoint> address_of(const place& to) {
    if (to.address.kind() != endpoint::family::none) co_return to.address;
    std::vector<endpoint> found = co_await net::resolve(to.host, to.port);
    co_return found.front();
  }

  task<> join(net::udp_socket& socket) {
    auto receive = [&](task_group& group) -> task<> {
      child<> sending = group.spawn([&] { return send(socket); });
      co_await within(silence_, write_received(socket));
      sending.cancel();
    };
    co_await with_group(receive);
  }

  task<> send(net::udp_socket& socket) {
    for (;;) {
      lease chunk = co_await here_.read();
      if (!chunk) break;
      std::span<const std::byte> rest = chunk;
      while (!rest.empty()) {
        const auto datagram = rest.first(std::min(rest.size(), datagram_max_bytes));
        rest = rest.subspan(datagram.size());
        co_await socket.send(datagram);
      }
    }
    input_ended_ = true;
    if (!plan_.listen) silence_.set_deadline(now() + patience);
  }

  task<> write_received(net::udp_socket& socket) {
    for (;;) {
      net::datagram_info received = co_await socket.receive(room_);
      co_await here_.write_all(std::span<const std::byte>(room_).first(received.size_bytes));
      if (input_ended_ && !plan_.listen) silence_.set_deadline(now() + patience);
    }
  }

  void tell(std::string_view what, const std::string& whom) const {
    if (!plan_.quiet) fmt::print(stderr, "{} {}\n", what, printable(whom));
  }

  const joined_plan& plan_;
  standard_stream here_;
  cancel_scope silence_;
  bool input_ended_ = false;
  std::array<std::byte, 65536> room_;
};

task<> run_datagram_joiner(const joined_plan& plan) {
  datagram_joiner running(plan);
  co_await running.run();
}

}  // namespace

int run_joined_datagrams(const run_options& how, const joined_plan& plan) {
  pirn::run(how, run_datagram_joiner, std::cref(plan));
  return 0;
}

}  // namespace pirn::apps
