// The least code that fetches many files from one server: epoll, a fixed number of kept-alive
// connections, each taking the next URL of the list when its file is complete. It knows only what
// this bench's server answers: status 200 and a Content-Length.
//
//   limit URLS DIR CONNECTIONS
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

[[noreturn]] void reject(const std::string& what) {
  std::fprintf(stderr, "limit: %s\n", what.c_str());
  std::exit(1);
}

struct url {
  std::string host;  // 127.0.0.1:PORT
  std::string path;
};

url parse(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (!text.starts_with(scheme)) reject("not an http URL: " + std::string(text));
  text.remove_prefix(scheme.size());
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) reject("a URL without a path");
  return {std::string(text.substr(0, slash)), std::string(text.substr(slash))};
}

struct connection {
  int fd = -1;
  int file = -1;
  std::string head{};
  std::size_t missing_bytes = 0;  // of the body; while there are some, the head has been read
};

class client {
 public:
  client(std::vector<url> urls, std::string folder)
      : urls_(std::move(urls)), folder_(std::move(folder)), buffer_(256 * 1024) {
    epoll_ = epoll_create1(0);
  }

  void run(std::size_t connection_count) {
    std::vector<connection> all(std::min(connection_count, urls_.size()));
    running_ = all.size();
    for (connection& each : all) {
      connect_to(each, urls_.front().host);
      request_next(each);
    }
    std::array<epoll_event, 256> events;
    while (running_ > 0) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        receive(*static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr));
      }
    }
  }

 private:
  void connect_to(connection& each, std::string_view host) {
    const std::size_t colon = host.find(':');
    sockaddr_in server{};
    std::uint16_t port = 80;
    if (colon != std::string_view::npos) {
      std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
    }
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    inet_pton(AF_INET, std::string(host.substr(0, colon)).c_str(), &server.sin_addr);
    each.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(each.fd, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0) fail("connect");
    fcntl(each.fd, F_SETFL, O_NONBLOCK);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &each}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, each.fd, &event);
  }

  void request_next(connection& each) {
    if (next_ == urls_.size()) {
      close(each.fd);
      --running_;
      return;
    }
    const url& wanted = urls_[next_++];
    const std::string name = folder_ + wanted.path.substr(wanted.path.rfind('/'));
    each.file = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (each.file < 0) fail(name.c_str());
    const std::string request =
        "GET " + wanted.path + " HTTP/1.1\r\nHost: " + wanted.host + "\r\n\r\n";
    if (send(each.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      fail("send");
    }
  }

  void receive(connection& each) {
    const ssize_t got = recv(each.fd, buffer_.data(), buffer_.size(), 0);
    if (got == 0) reject("the server closed a connection");
    if (got < 0) {
      if (errno == EAGAIN) return;
      fail("recv");
    }
    std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
    if (each.missing_bytes > 0) return store(each, bytes);
    each.head.append(bytes);
    constexpr std::string_view head_end = "\r\n\r\n";
    const std::size_t found = each.head.find(head_end);
    if (found == std::string::npos) return;
    each.missing_bytes = body_length(std::string_view(each.head).substr(0, found));
    const std::string body = each.head.substr(found + head_end.size());
    each.head.clear();
    store(each, body);
  }

  static std::size_t body_length(std::string_view head) {
    constexpr std::string_view field = "\r\nContent-Length: ";
    const std::size_t at = head.find(field);
    if (!head.starts_with("HTTP/1.1 200 ") || at == std::string_view::npos) {
      reject("unexpected answer: " + std::string(head));
    }
    std::size_t length = 0;
    std::from_chars(head.data() + at + field.size(), head.data() + head.size(), length);
    return length;
  }

  void store(connection& each, std::string_view bytes) {
    if (write(each.file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      fail("write");
    }
    each.missing_bytes -= bytes.size();
    if (each.missing_bytes > 0) return;
    close(each.file);
    request_next(each);
  }

  std::vector<url> urls_;
  std::string folder_;
  std::vector<char> buffer_;
  std::size_t next_ = 0;
  std::size_t running_ = 0;
  int epoll_ = -1;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) reject("usage: limit URLS DIR CONNECTIONS");
  std::vector<url> urls;
  std::ifstream list(argv[1]);
  for (std::string line; std::getline(list, line);) urls.push_back(parse(line));
  if (urls.empty()) reject("no URL in the list");
  client(std::move(urls), argv[2]).run(std::strtoull(argv[3], nullptr, 10));
}
