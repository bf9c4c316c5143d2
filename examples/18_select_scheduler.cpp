// select_scheduler: a scheduler of generators over poll(2): they yield what they wait for, and it
// runs those that can go on.
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pirn/core/generator.hpp"

// What a routine yields: the descriptor, and what it wants of it.
struct wish {
  int descriptor;
  short events;
};
wish read_wait(int descriptor) {
  return {descriptor, POLLIN};
}
wish write_wait(int descriptor) {
  return {descriptor, POLLOUT};
}
wish accept_wait(int listener) {
  return {listener, POLLIN};
}

using routine = pirn::generator<wish>;
template <class T>
using subroutine = pirn::generator<wish, void, T>;

class scheduler {
 public:
  void add(routine each) { ready_.push_back(std::move(each)); }

  // Runs until every routine has ended, or `stop` is set.
  void run(const bool& stop) {
    while (!stop && !(ready_.empty() && waiting_.empty())) {
      if (ready_.empty()) poll_once();
      while (!stop && !ready_.empty()) {
        routine each = std::move(ready_.front());
        ready_.pop_front();
        auto wanted = each.next();
        if (wanted) waiting_.emplace_back(*wanted, std::move(each));
      }
    }
  }

 private:
  void poll_once() {
    std::vector<pollfd> set;
    for (auto& [wanted, each] : waiting_) set.push_back({wanted.descriptor, wanted.events, 0});
    ::poll(set.data(), set.size(), -1);
    std::vector<std::pair<wish, routine>> still;
    for (std::size_t at = 0; at < set.size(); ++at) {
      if (set[at].revents != 0) {
        ready_.push_back(std::move(waiting_[at].second));
      } else {
        still.push_back(std::move(waiting_[at]));
      }
    }
    waiting_ = std::move(still);
  }

  std::deque<routine> ready_;
  std::vector<std::pair<wish, routine>> waiting_;
};

// Reads up to a line's end; empty at the end of the stream.
subroutine<std::string> readline(int descriptor) {
  std::string line;
  for (char letter = 0; letter != '\n';) {
    co_yield read_wait(descriptor);
    if (::recv(descriptor, &letter, 1, 0) <= 0) co_return line;
    line += letter;
  }
  co_return line;
}

subroutine<int> write_all(int descriptor, std::string text) {
  while (!text.empty()) {
    co_yield write_wait(descriptor);
    ssize_t sent = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) co_return -1;
    text.erase(0, static_cast<std::size_t>(sent));
  }
  co_return 0;
}

// Echoes lines until the client has none left; only then the connection is closed.
routine serve_client(int client) {
  for (;;) {
    std::string line = co_yield pirn::from(readline(client));
    if (line.empty()) break;
    co_yield pirn::from(write_all(client, "GOT:" + line));
  }
  ::close(client);
}

routine serve(int listener, scheduler& turns) {
  for (;;) {
    co_yield accept_wait(listener);
    int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) turns.add(serve_client(client));
  }
}

routine talk(int server, std::vector<std::string> lines, int& left, bool& stop) {
  for (const std::string& line : lines) {
    co_yield pirn::from(write_all(server, line + "\n"));
    std::string answer = co_yield pirn::from(readline(server));
    fmt::print("{}", answer);
  }
  ::close(server);
  stop = --left == 0;
}

int main() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) return 1;
  ::listen(listener, 5);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(client, reinterpret_cast<sockaddr*>(&address), size) != 0) return 1;

  scheduler turns;
  int left = 1;
  bool stop = false;
  turns.add(serve(listener, turns));
  turns.add(talk(client, {"hello", "world"}, left, stop));
  turns.run(stop);
  ::close(listener);
}

// Output:
// GOT:hello
// GOT:world
