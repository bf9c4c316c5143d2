#include "pirn/net/connect.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include "pirn/core/task_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/resolver.hpp"
#include "pirn/sync/event.hpp"

namespace pirn::net {

namespace {

// The families in turn, beginning with the first one's; each in its own order.
std::vector<endpoint> interleaved(const std::vector<endpoint>& addresses) {
  std::vector<endpoint> preferred;
  std::vector<endpoint> others;
  for (const endpoint& each : addresses) {
    (each.kind() == addresses.front().kind() ? preferred : others).push_back(each);
  }
  std::vector<endpoint> mixed;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (i < preferred.size()) mixed.push_back(preferred[i]);
    if (i < others.size()) mixed.push_back(others[i]);
  }
  return mixed;
}

// The attempts on the addresses of one host.
class attempts {
 public:
  attempts(std::vector<endpoint> addresses, connect_options options)
      : addresses_(interleaved(addresses)), errors_(addresses_.size()), options_(options) {}

  // The body of the group: starts one after the other, and waits until one is through or all have
  // failed.
  task<> start_in_turn(task_group& group) {
    for (std::size_t next = 0; next < addresses_.size() && !winner_; ++next) {
      news_.clear();
      ++under_way_;
      group.start(attempt(next));
      co_await move_on_after(options_.attempt_delay, news_.wait());
    }
    while (!winner_ && under_way_ > 0) {
      news_.clear();
      co_await news_.wait();
    }
    group.cancel();
  }

  bool has_winner() const noexcept { return winner_.has_value(); }
  tcp_stream take_winner() { return *std::move(winner_); }

  std::system_error failure(const std::string& name) const {
    std::string what = "connect " + name;
    const bool alone = addresses_.size() == 1;
    if (!alone || addresses_.front().to_string() != name) {
      what += " (";
      for (std::size_t i = 0; i < addresses_.size(); ++i) {
        if (i != 0) what += "; ";
        what += addresses_[i].to_string();
        if (!alone) what += ": " + errors_[i].message();
      }
      what += ')';
    }
    return {errors_.front(), what};
  }

 private:
  task<> attempt(std::size_t which) {
    try {
      tcp_stream connected = co_await connect(addresses_[which], options_.stream);
      if (!winner_) winner_.emplace(std::move(connected));  // else it is closed
    } catch (const std::system_error& error) {
      errors_[which] = error.code();
    }
    --under_way_;
    news_.set();
  }

  std::vector<endpoint> addresses_;
  std::vector<std::error_code> errors_;
  connect_options options_;
  std::size_t under_way_ = 0;
  std::optional<tcp_stream> winner_;
  event news_;  // an attempt has ended
};

}  // namespace

task<tcp_stream> connect_to_any(std::string name, std::vector<endpoint> addresses,
                                connect_options options) {
  PIRN_ASSERT(!addresses.empty(), "a host has an address");
  attempts trying(std::move(addresses), options);
  task_record& me = co_await this_task_record{};
  task_group group(me);
  std::exception_ptr error;
  try {
    co_await trying.start_in_turn(group);
  } catch (...) {
    error = std::current_exception();
  }
  try {
    co_await group.join_first(error);
  } catch (const cancelled&) {
    if (!trying.has_winner()) throw;  // a connection that was made is not lost
  }
  if (!trying.has_winner()) throw trying.failure(name);
  co_return trying.take_winner();
}

task<tcp_stream> connect(std::string host, std::uint16_t port, connect_options options) {
  std::vector<endpoint> addresses = co_await resolve(host, port);
  std::string name = host + ":" + std::to_string(port);
  if (addresses.size() == 1 && endpoint::parse_ip(host, port)) name = addresses.front().to_string();
  tcp_stream connected = co_await connect_to_any(std::move(name), std::move(addresses), options);
  co_return connected;
}

task<tcp_stream> connect(std::string host, std::string service, connect_options options) {
  const std::uint16_t port = co_await resolver::current().port(std::move(service));
  tcp_stream connected = co_await connect(std::move(host), port, options);
  co_return connected;
}

}  // namespace pirn::net
