// future_by_hand: how a future and a task drive a generator: all that an event loop needs, in sixty
// lines.
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "pirn/core/generator.hpp"

// A result to come, and those who want to know.
class future {
 public:
  void set_result(std::string result) {
    result_ = std::move(result);
    for (auto& callback : std::exchange(callbacks_, {})) callback();
  }
  const std::string& result() const { return *result_; }
  void add_done_callback(std::function<void()> callback) {
    callbacks_.push_back(std::move(callback));
  }

 private:
  std::optional<std::string> result_;
  std::vector<std::function<void()>> callbacks_;
};

// A coroutine yields the future that it waits for, and is sent its result.
using coroutine = pirn::generator<future*, std::string, int>;

// Runs a coroutine one step, and again whenever the future that it waits for is done.
class task {
 public:
  explicit task(coroutine work) : work_(std::move(work)) { step(std::nullopt); }
  bool done() const { return work_.state() == pirn::generator_state::closed; }
  int result() { return work_.result(); }

 private:
  void step(std::optional<std::string> sent) {
    auto awaited = sent ? work_.send(std::move(*sent)) : work_.next();
    if (!awaited) return;  // it returned
    future* next = *awaited;
    next->add_done_callback([this, next] { step(next->result()); });
  }

  coroutine work_;
};

// Stands in for the network: answers arrive when we say so.
class network {
 public:
  future* fetch(const std::string& url) {
    fmt::print("  asked for {}\n", url);
    return &pending_[url];
  }
  void deliver(const std::string& url, std::string body) {
    pending_[url].set_result(std::move(body));
  }

 private:
  std::map<std::string, future> pending_;
};

coroutine crawl(network& net, std::string name) {
  std::string first = co_yield net.fetch(name + "/index");
  fmt::print("{}: got {}\n", name, first);
  std::string second = co_yield net.fetch(name + "/" + first);
  fmt::print("{}: got {}\n", name, second);
  co_return 2;
}

int main() {
  network net;
  task a(crawl(net, "a"));
  task b(crawl(net, "b"));
  net.deliver("b/index", "page");
  net.deliver("a/index", "list");
  net.deliver("a/list", "done");
  net.deliver("b/page", "done");
  fmt::print("a: {} pages, b: {} pages\n", a.result(), b.result());
}

// Output:
//   asked for a/index
//   asked for b/index
// b: got page
//   asked for b/page
// a: got list
//   asked for a/list
// a: got done
// b: got done
// a: 2 pages, b: 2 pages
