// selector: a server of callbacks over the plain selector, without a coroutine: it answers each
// question, which ends with '?', with '.'.
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/io/selector.hpp"

using pirn::io::selector;
using pirn::io::selector_events;

// [server]
selector sel;

void answer(int connection) {
  std::array<char, 100> bytes;
  ssize_t count = ::recv(connection, bytes.data(), bytes.size(), 0);
  if (count <= 0) {
    sel.remove(connection);
    ::close(connection);
    return;
  }
  for (char each : std::string_view(bytes.data(), static_cast<std::size_t>(count))) {
    if (each == '?') ::send(connection, ".", 1, MSG_NOSIGNAL);
  }
}

void accept(int listener) {
  int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return;
  sel.add(connection, selector_events::read, [](int fd, selector_events) { answer(fd); });
}
// [/server]

void ask(sockaddr_in server) {
  int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(connection, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) return;
  for (std::string_view question : {"Who?", "What is the time, and where are we?", "Why?"}) {
    for (std::string_view half : {question.substr(0, 2), question.substr(2)}) {
      ::send(connection, half.data(), half.size(), MSG_NOSIGNAL);
    }
    char answered = 0;
    if (::recv(connection, &answered, 1, 0) == 1) fmt::print("{} {}\n", question, answered);
  }
  ::close(connection);
}

int main() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) return 1;
  ::listen(listener, 5);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);

  sel.add(listener, selector_events::read, [](int fd, selector_events) { accept(fd); });
  std::thread client(ask, address);
  // [loop]
  do {
    sel.dispatch();  // calls back those that are ready
  } while (sel.size() > 1);  // until its one client has gone
  // [/loop]
  client.join();
  ::close(listener);
}

// Output:
// Who? .
// What is the time, and where are we? .
// Why? .
