// protocol: a server of lines in callback style: it collects what arrives, and answers each line.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// [protocol]
class line_protocol : public pirn::net::protocol {
 public:
  void connection_made(pirn::net::transport& connected) override { transport_ = &connected; }

  void data_received(std::span<const std::byte> bytes) override {
    collected_ += text_of(bytes);
    std::size_t end = 0;
    while ((end = collected_.find('\n')) != std::string::npos) {
      transport_->write(fmt::format("GOT:{}\n", collected_.substr(0, end)));
      collected_.erase(0, end + 1);
    }
  }

 private:
  pirn::net::transport* transport_ = nullptr;
  std::string collected_;
};
// [/protocol]

// Sends its lines in pieces that end anywhere, and closes when it has as many answers.
class asking_protocol : public pirn::net::protocol {
 public:
  explicit asking_protocol(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}

  void connection_made(pirn::net::transport& connected) override {
    transport_ = &connected;
    for (const std::string& each : pieces_) {
      transport_->write(each);
      lines_left_ += std::ranges::count(each, '\n');
    }
  }
  void data_received(std::span<const std::byte> bytes) override {
    fmt::print("{}", text_of(bytes));
    lines_left_ -= std::ranges::count(text_of(bytes), '\n');
    if (lines_left_ == 0) transport_->close();
  }
  void connection_lost(std::exception_ptr error) override {
    fmt::print("the connection has ended {}\n", error ? "badly" : "well");
  }

 private:
  pirn::net::transport* transport_ = nullptr;
  std::vector<std::string> pieces_;
  std::ptrdiff_t lines_left_ = 0;
};

// [serve]
pirn::task<> serve_and_ask() {
  co_await pirn::with_group([](pirn::task_group& group) -> pirn::task<> {
    auto for_each_client = [] { return std::make_unique<line_protocol>(); };
    auto server = pirn::net::create_server(group, for_each_client, pirn::net::loopback(0));

    std::vector<std::string> pieces{"hel", "lo\nwor", "ld\nthe e", "nd\n"};
    auto for_us = [&pieces] { return std::make_unique<asking_protocol>(pieces); };
    auto [transport, protocol] =
        co_await pirn::net::create_connection(group, for_us, server.local());
    co_await transport->wait_closed();
    server.close();
  });
}
// [/serve]

int main() {
  pirn::run(serve_and_ask);                                                 // against the kernel
  pirn::run({.driver = pirn::driver_choice::virtual_time}, serve_and_ask);  // without one
}

// Output:
// GOT:hello
// GOT:world
// GOT:the end
// the connection has ended well
// GOT:hello
// GOT:world
// GOT:the end
// the connection has ended well
