#include "pirn/http/client.hpp"

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/within.hpp"
#include "pirn/http/client_connection.hpp"
#include "pirn/http/serialize.hpp"

namespace pirn::http {

namespace {

constexpr int first_success = 200;
constexpr int first_redirection = 300;

bool sends_body(method verb, const request_content& content) {
  return !content.body.empty() || verb == method::post || verb == method::put ||
         verb == method::patch;
}

std::string request_text(method verb, const url& where, const request_content& content) {
  const std::string host = where.host_field();
  std::string text;
  append_request_head(
      text,
      {.method = verb,
       .target = where.target(),
       .host = host,
       .body = sends_body(verb, content) ? body_framing{framing::length, content.body.size()}
                                         : body_framing{}},
      content.headers);
  text += content.body;
  return text;
}

bool leads_elsewhere(status code) noexcept {
  switch (code) {
    case status::moved_permanently:
    case status::found:
    case status::see_other:
    case status::temporary_redirect:
    case status::permanent_redirect:
      return true;
    default:
      return false;
  }
}

// What is asked after a redirection: 303 always becomes GET, and so does POST after 301 and 302, as
// browsers do.
void redirect(status code, method& verb, request_content& content) {
  const bool to_get =
      (code == status::see_other && verb != method::head) ||
      ((code == status::moved_permanently || code == status::found) && verb == method::post);
  if (!to_get) return;
  verb = method::get;
  content.body.clear();
  content.headers.remove(field_id::content_type);
}

// Reads what is left of a body, if it is little, so that its connection can be used again.
task<> drain(response answer) {
  constexpr std::size_t little_bytes = 64 * 1024;  // above it, another connection costs less
  for (std::size_t read_bytes = 0; read_bytes <= little_bytes;) {
    std::span<const std::byte> piece = co_await answer.read();
    if (piece.empty()) co_return;
    read_bytes += piece.size();
  }
}

}  // namespace

response::response(http::url from) : url_(std::move(from)) {}
response::response(response&&) noexcept = default;
response& response::operator=(response&&) noexcept = default;
response::~response() = default;

bool response::ok() const noexcept {
  const int code = static_cast<int>(status_);
  return code >= first_success && code < first_redirection;
}

task<std::span<const std::byte>> response::read() {
  if (!connection_) co_return std::span<const std::byte>{};
  std::span<const std::byte> piece = co_await connection_->read_body();
  if (!piece.empty()) co_return piece;
  std::unique_ptr<detail::client_connection> done = std::move(connection_);
  if (done->is_reusable()) pool_->give_back(url_, std::move(done));
  co_return piece;
}

task<std::string> response::read_all(std::size_t max_bytes) {
  std::string whole;
  for (;;) {
    std::span<const std::byte> piece = co_await read();
    if (piece.empty()) co_return whole;
    if (whole.size() + piece.size() > max_bytes) break;
    whole.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  throw failure{errc::body_too_large,
                "the body is larger than " + std::to_string(max_bytes) + " bytes"}
      .as_exception("GET " + url_.to_string());
}

client::client(client_options options, std::optional<tls::context> trust) : options_(options) {
  PIRN_ASSERT(!trust || !trust->is_server(), "whom a client trusts is a client's context");
  pool_ = std::make_unique<detail::connection_pool>(options, std::move(trust));
}
client::~client() = default;

task<> client::close() {
  return pool_->close();
}

client::statistics client::count() const noexcept {
  return {pool_->requests, pool_->connections, pool_->idle()};
}

task<response> client::get(std::string_view where) {
  return request(method::get, url::parse(where));
}

task<response> client::request(method verb, url where) {
  return request(verb, std::move(where), request_content());
}

task<response> client::request(method verb, url where, request_content content) {
  for (unsigned redirections = 0;; ++redirections) {
    response answer = co_await ask_once(verb, where, content);
    std::optional<std::string_view> target = answer.headers().find(field_id::location);
    if (!leads_elsewhere(answer.status()) || !target) co_return answer;
    if (redirections == options_.redirects_max) {
      throw std::system_error(ELOOP, std::generic_category(),
                              "GET " + where.to_string() + ": too many redirections");
    }
    url next = where.resolve(*target);
    if (!next.same_origin(where)) {
      content.headers.remove(field_id::authorization);
      content.headers.remove(field_id::cookie);
    }
    redirect(answer.status(), verb, content);
    co_await drain(std::move(answer));
    where = std::move(next);
  }
}

// A kept connection may have been closed by the server since: then nothing was answered, and a
// request that may be repeated is repeated on another.
task<response> client::ask_once(method verb, const url& where, const request_content& content) {
  for (;;) {
    std::unique_ptr<detail::client_connection> connection = pool_->take(where);
    if (!connection) connection = co_await pool_->connect(where);
    ++pool_->requests;
    std::exception_ptr error;
    try {
      co_await timeout(options_.response_timeout,
                       connection->send(verb, request_text(verb, where, content)));
      const response_head* head =
          co_await timeout(options_.response_timeout, connection->read_head());
      response answer(where);
      answer.status_ = head->status;
      answer.headers_ = fields(head->fields);
      if (head->body.kind == framing::length) answer.length_ = head->body.length;
      answer.connection_ = std::move(connection);
      answer.pool_ = pool_.get();
      const bool has_body = head->body.kind != framing::none && answer.length_ != 0;
      if (!has_body) co_await answer.read();  // so that the connection is free at once
      co_return answer;
    } catch (const timeout_error&) {
      error = std::make_exception_ptr(
          timeout_error(std::string(to_string(verb)) + " " + where.to_string() + ": timed out"));
    } catch (const std::system_error&) {
      const bool repeatable = is_idempotent(verb);
      if (connection->is_fresh || connection->has_answered() || !repeatable) {
        error = std::current_exception();
      }
    }
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace pirn::http
