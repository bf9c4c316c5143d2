#include "pirn/http/client_connection.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/within.hpp"
#include "pirn/http/error.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/tls/stream.hpp"

namespace pirn::http::detail {

client_connection::client_connection(io::any_stream stream, const client_options& options)
    : stream_(std::move(stream)), parser_(options.limits), read_timeout_(options.read_timeout) {}

client_connection::~client_connection() {
  tls::stream* secure = stream_.as<tls::stream>();
  if (secure != nullptr && ended_) secure->try_shut_down_writing();
}

task<> client_connection::send(method verb, std::string text) {
  parser_.begin(verb);
  answered_ = false;
  ended_ = false;
  co_await stream_.write_all(text);
}

task<bool> client_connection::fill() {
  lease more = co_await stream_.read();
  chunk_ = std::move(more);
  input_ = chunk_.bytes();
  if (!input_.empty()) answered_ = true;
  co_return !input_.empty();
}

task<const response_head*> client_connection::read_head() {
  constexpr int interim_max = 16;
  for (int interim = 0; interim <= interim_max;) {
    parse_step step = parser_.feed(input_);
    input_ = input_.subspan(step.consumed);
    if (step.what == parsed::error) throw parser_.error().as_exception("response from " + name());
    if (step.what == parsed::head) {
      if (parser_.head().is_interim()) {
        ++interim;
        continue;
      }
      keep_alive_ = parser_.head().keep_alive;
      co_return &parser_.head();
    }
    if (step.what != parsed::need_more) continue;
    bool more = co_await fill();
    if (more) continue;
    step = parser_.finish();
    if (step.what == parsed::error) throw parser_.error().as_exception("response from " + name());
    throw std::system_error(ECONNRESET, std::generic_category(),
                            "response from " + name() + ": the server closed without an answer");
  }
  throw std::system_error(EPROTO, std::generic_category(),
                          "response from " + name() + ": interim responses without end");
}

task<std::span<const std::byte>> client_connection::read_body() {
  while (!ended_) {
    parse_step step = parser_.feed(input_);
    input_ = input_.subspan(step.consumed);
    switch (step.what) {
      case parsed::body:
        co_return step.body;
      case parsed::error:
        throw parser_.error().as_exception("response from " + name());
      case parsed::end:
      case parsed::closed:
        ended_ = true;
        continue;
      case parsed::upgrade:
        ended_ = true;
        keep_alive_ = false;
        continue;
      case parsed::head:
        continue;
      case parsed::need_more:
        break;
    }
    std::optional<bool> more = co_await move_on_after(read_timeout_, fill());
    if (!more) throw timeout_error("read the response from " + name() + ": timed out");
    if (*more) continue;
    keep_alive_ = false;
    step = parser_.finish();
    if (step.what == parsed::error) throw parser_.error().as_exception("response from " + name());
    ended_ = true;
  }
  co_return std::span<const std::byte>{};
}

void client_connection::rest() noexcept {
  chunk_ = {};
  idle_since = now();
}

bool client_connection::is_reusable() const noexcept {
  return ended_ && keep_alive_ && input_.empty();
}

std::string connection_pool::key(const url& where) {
  return std::string(where.scheme()) + "://" + std::string(where.host()) + ":" +
         std::to_string(where.port());
}

std::unique_ptr<client_connection> connection_pool::take(const url& where) {
  close_stale();
  auto found = idle_.find(key(where));
  if (found == idle_.end() || found->second.empty()) return nullptr;
  auto& kept = found->second;
  std::unique_ptr<client_connection> connection = std::move(kept.front());
  kept.pop_front();
  connection->is_fresh = false;
  return connection;
}

task<io::any_stream> connection_pool::open(const url& where) {
  std::string host(where.host());
  if (!where.is_https()) {
    net::tcp_stream plain = co_await net::connect(std::move(host), where.port());
    co_return io::any_stream(std::move(plain));
  }
  if (!trust_) {
    static constexpr std::string_view protocols[] = {"http/1.1"};
    trust_ = tls::context::client({.alpn = protocols});
  }
  tls::stream secured = co_await tls::connect(std::move(host), where.port(), *trust_);
  const std::string_view agreed = secured.alpn();
  if (!agreed.empty() && agreed != "http/1.1") {
    throw failure{errc::unsupported_version,
                  "the server and the trust that the client was given agree on " +
                      std::string(agreed) + ", and this client speaks http/1.1"}
        .as_exception("connect to " + where.to_string());
  }
  co_return io::any_stream(std::move(secured));
}

task<std::unique_ptr<client_connection>> connection_pool::connect(url where) {
  std::optional<io::any_stream> stream =
      co_await move_on_after(options_.connect_timeout, open(where));
  if (!stream) throw timeout_error("connect to " + where.to_string() + ": timed out");
  ++connections;
  co_return std::make_unique<client_connection>(*std::move(stream), options_);
}

void connection_pool::give_back(const url& where, std::unique_ptr<client_connection> connection) {
  close_stale();
  auto& kept = idle_[key(where)];
  if (kept.size() >= options_.idle_per_host_max) return;
  connection->rest();
  oldest_ = std::min(oldest_, connection->idle_since);
  kept.push_front(std::move(connection));
}

void connection_pool::close_stale() noexcept {
  const time_point limit = now() - options_.idle_limit;
  if (oldest_ >= limit) return;
  oldest_ = never;
  for (auto at = idle_.begin(); at != idle_.end();) {
    auto& kept = at->second;
    while (!kept.empty() && kept.back()->idle_since < limit) kept.pop_back();
    if (kept.empty()) {
      at = idle_.erase(at);
    } else {
      oldest_ = std::min(oldest_, kept.back()->idle_since);
      ++at;
    }
  }
}

task<> connection_pool::close() {
  constexpr duration limit = std::chrono::seconds(1);  // for all; nothing is lost with those left
  auto end_each = [](std::vector<std::unique_ptr<client_connection>> ending) -> task<> {
    for (const auto& each : ending) {
      try {
        co_await each->end();
      } catch (const std::system_error&) {  // the server is gone
      }
    }
  };
  std::vector<std::unique_ptr<client_connection>> all;
  for (auto& [origin, kept] : idle_) {
    for (auto& each : kept) all.push_back(std::move(each));
  }
  idle_.clear();
  oldest_ = never;
  co_await move_on_after(limit, end_each(std::move(all)));
}

std::size_t connection_pool::idle() const noexcept {
  std::size_t count = 0;
  for (const auto& [origin, kept] : idle_) count += kept.size();
  return count;
}

}  // namespace pirn::http::detail
