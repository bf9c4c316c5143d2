#include "pirn/net/hand_over.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <string_view>

#include "pirn/base/printable.hpp"
#include "pirn/net/error.hpp"
#include "pirn/net/unix_stream.hpp"
#include "pirn/platform/inherited_descriptors.hpp"

namespace pirn::net {

namespace {

// The names in a line, as LISTEN_FDNAMES has them, and the descriptors beside it; the answer is a
// line.
constexpr char end_of_line = '\n';
constexpr std::string_view ready_line = "ready\n";
constexpr std::size_t line_max_bytes = 64 * 1024;

std::string names_of(std::span<const named_listener> listeners) {
  std::string line;
  for (const named_listener& each : listeners) {
    if (each.name.find_first_of(":\n") != std::string::npos) {
      throw std::invalid_argument("'" + printable(each.name) + "' cannot be a listener's name");
    }
    if (&each != listeners.data()) line += ':';
    line += each.name;
  }
  return line + end_of_line;
}

struct message {
  std::string line;  // with its end
  std::vector<unique_fd> descriptors;
};

task<message> receive_message(tcp_stream& from) {
  message received;
  std::array<std::byte, 4096> room;
  while (!received.line.ends_with(end_of_line)) {
    received_descriptors some = co_await receive_descriptors(from, room);
    const bool too_long = received.line.size() + some.count > line_max_bytes;
    if (some.count == 0 || too_long) throw failure("take over from", from.name(), EPROTO);
    received.line.append(reinterpret_cast<const char*>(room.data()), some.count);
    std::ranges::move(some.descriptors, std::back_inserter(received.descriptors));
  }
  co_return received;
}

}  // namespace

std::vector<named_listener> inherited_listeners(stream_options of_accepted) {
  std::vector<named_listener> listeners;
  for (inherited_descriptor& each : take_inherited_descriptors()) {
    listeners.push_back({std::move(each.name), listener(each.descriptor, of_accepted)});
  }
  return listeners;
}

task<> hand_over(tcp_stream& successor, std::span<const named_listener> listeners) {
  if (listeners.empty()) throw std::invalid_argument("there is no listener to hand over");
  const std::string names = names_of(listeners);
  std::vector<int> numbers;
  for (const named_listener& each : listeners) numbers.push_back(each.where.native_handle());
  co_await send_descriptors(successor, names, numbers);
  std::string answer;
  while (!answer.ends_with(end_of_line)) {
    lease chunk = co_await successor.read();
    if (chunk.empty()) throw failure("hand over to", successor.name(), ECONNRESET);
    answer += chunk.text();
    if (!ready_line.starts_with(answer)) throw failure("hand over to", successor.name(), EPROTO);
  }
}

task<std::vector<named_listener>> take_over(tcp_stream& predecessor, stream_options of_accepted) {
  message received = co_await receive_message(predecessor);
  received.line.pop_back();
  std::vector<std::string> names = split_descriptor_names(received.line);
  if (names.size() != received.descriptors.size()) {
    throw failure("take over from", predecessor.name(), EPROTO);
  }
  std::vector<named_listener> listeners;
  for (std::size_t i = 0; i < names.size(); ++i) {
    listeners.push_back({std::move(names[i]), listener(received.descriptors[i], of_accepted)});
  }
  co_return listeners;
}

task<> tell_ready(tcp_stream& predecessor) {
  co_await predecessor.write_all(ready_line);
}

}  // namespace pirn::net
