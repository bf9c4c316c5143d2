#include "pirn/http/codec.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "pirn/base/assert.hpp"
#include "pirn/http/message_machine.hpp"
#include "pirn/http/syntax.hpp"

namespace pirn::http {
namespace detail {
namespace {

/// How many empty lines may come before a request (RFC 9112 2.2 asks for one: old clients send it
/// after a body).
constexpr int empty_lines_max = 2;

/// What can stand in a Host field: the characters of names, addresses and ports (RFC 3986 3.2.2).
constexpr std::array<bool, 256> host_chars = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c : std::string_view("-._~%!$&'()*+,;=:[]"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_host_text(std::string_view text) noexcept {
  bool all = true;
  for (const char c : text) all &= host_chars[static_cast<unsigned char>(c)];
  return all;
}

}  // namespace

class request_machine final : public message_machine {
 public:
  explicit request_machine(const codec_limits& limits)
      : message_machine(head_reader::side::request, limits) {}

  const request_head& head() const noexcept {
    check_has_head();
    return head_;
  }

 private:
  bool skip_before_message(std::string_view& input) override;
  bool accept_head() override;
  void place_head() noexcept override;
  parsed end_message() noexcept override;
  bool check_host();

  request_head head_;
  int empty_lines_ = 0;
  bool saw_cr_ = false;  // the first half of an empty line
};

bool request_machine::skip_before_message(std::string_view& input) {
  while (!input.empty() && (saw_cr_ || input.front() == '\r')) {
    if (saw_cr_ && input.front() != '\n') {
      return fail({errc::bad_start_line, "CR without LF before a request"});
    }
    if (!saw_cr_ && ++empty_lines_ > empty_lines_max) {
      return fail({errc::bad_start_line, "too many empty lines before a request"});
    }
    saw_cr_ = !saw_cr_;
    input.remove_prefix(1);
  }
  if (!input.empty()) empty_lines_ = 0;
  return true;
}

bool request_machine::accept_head() {
  head_.method = static_cast<method>(reader_.method_number());
  head_.version = static_cast<version>(reader_.version_number());
  head_.fields = reader_.head().fields();
  if (!check_host()) return false;
  auto body = request_framing(head_.method, head_.version, head_.fields);
  if (!body) return fail(std::move(body).error());
  framing_ = head_.body = *body;
  head_.keep_alive = keeps_alive(head_.version, head_.fields);
  head_.expects_continue = head_.version == version::http_1_1 &&
                           head_.fields.has_token(field_id::expect, "100-continue");
  head_.wants_upgrade =
      head_.method == method::connect || (head_.fields.contains(field_id::upgrade) &&
                                          head_.fields.has_token(field_id::connection, "upgrade"));
  return check_framing();
}

/// RFC 9112 3.2: one Host field in HTTP/1.1, at most one in HTTP/1.0, and nothing strange in it.
bool request_machine::check_host() {
  const std::size_t count = head_.fields.count(field_id::host);
  if (count == 0 && head_.version == version::http_1_1) {
    return fail({errc::bad_header, "an HTTP/1.1 request without a Host field"});
  }
  if (count > 1) return fail({errc::bad_header, "a request with two Host fields"});
  const std::string_view host = head_.fields.find(field_id::host).value_or("");
  if (is_host_text(host)) return true;
  return fail({errc::bad_header, fmt::format("header field \"Host\": {:?} is no host", host)});
}

void request_machine::place_head() noexcept {
  head_.target = reader_.head().at(reader_.target());
  head_.fields = reader_.head().fields();
}

parsed request_machine::end_message() noexcept {
  state_ = state::idle;
  return head_.wants_upgrade ? parsed::upgrade : parsed::end;
}

class response_machine final : public message_machine {
 public:
  explicit response_machine(const codec_limits& limits)
      : message_machine(head_reader::side::response, limits) {}

  void begin_response(method asked) noexcept {
    PIRN_ASSERT(state_ == state::idle && !asked_, "the response before has not ended");
    asked_ = asked;
  }
  const response_head& head() const noexcept {
    check_has_head();
    return head_;
  }
  bool is_idle() const noexcept { return !asked_ && is_between_messages(); }

 private:
  bool skip_before_message(std::string_view& input) override;
  bool accept_head() override;
  void place_head() noexcept override;
  parsed end_message() noexcept override;

  response_head head_;
  std::optional<method> asked_;  // the request that is to be answered
};

bool response_machine::skip_before_message(std::string_view& input) {
  if (input.empty() || asked_) return true;
  return fail({errc::bad_start_line, "bytes that no request has asked for"});
}

bool response_machine::accept_head() {
  head_.version = static_cast<version>(reader_.version_number());
  head_.status = static_cast<status>(reader_.status_number());
  head_.fields = reader_.head().fields();
  auto body = response_framing(*asked_, head_.status, head_.version, head_.fields);
  if (!body) return fail(std::move(body).error());
  framing_ = head_.body = *body;
  head_.keep_alive =
      keeps_alive(head_.version, head_.fields) && framing_.kind != framing::until_close;
  return check_framing();
}

void response_machine::place_head() noexcept {
  head_.reason = reader_.head().at(reader_.reason());
  head_.fields = reader_.head().fields();
}

parsed response_machine::end_message() noexcept {
  state_ = state::idle;
  if (head_.is_interim()) return parsed::end;  // the request is still to be answered
  const method asked = *std::exchange(asked_, std::nullopt);
  const bool other_protocol = head_.status == status::switching_protocols ||
                              (asked == method::connect && is_success(head_.status));
  if (other_protocol || framing_.kind == framing::until_close) state_ = state::finished;
  return other_protocol ? parsed::upgrade : parsed::end;
}

}  // namespace detail

request_parser::request_parser(const codec_limits& limits)
    : machine_(std::make_unique<detail::request_machine>(limits)) {}
request_parser::request_parser(request_parser&&) noexcept = default;
request_parser& request_parser::operator=(request_parser&&) noexcept = default;
request_parser::~request_parser() = default;

parse_step request_parser::feed(std::span<const std::byte> input) {
  return machine_->feed(input);
}
parse_step request_parser::finish() {
  return machine_->finish();
}
const request_head& request_parser::head() const noexcept {
  return machine_->head();
}
void request_parser::keep_head() {
  machine_->keep_head();
}
fields_view request_parser::trailers() const noexcept {
  return machine_->trailers();
}
void request_parser::limit_body(std::uint64_t max_bytes) noexcept {
  machine_->limit_body(max_bytes);
}
std::uint64_t request_parser::body_received_bytes() const noexcept {
  return machine_->received_bytes();
}
bool request_parser::is_idle() const noexcept {
  return machine_->is_between_messages();
}
const failure& request_parser::error() const noexcept {
  return machine_->error();
}

response_parser::response_parser(const codec_limits& limits)
    : machine_(std::make_unique<detail::response_machine>(limits)) {}
response_parser::response_parser(response_parser&&) noexcept = default;
response_parser& response_parser::operator=(response_parser&&) noexcept = default;
response_parser::~response_parser() = default;

void response_parser::begin(method asked) noexcept {
  machine_->begin_response(asked);
}
parse_step response_parser::feed(std::span<const std::byte> input) {
  return machine_->feed(input);
}
parse_step response_parser::finish() {
  return machine_->finish();
}
const response_head& response_parser::head() const noexcept {
  return machine_->head();
}
void response_parser::keep_head() {
  machine_->keep_head();
}
fields_view response_parser::trailers() const noexcept {
  return machine_->trailers();
}
void response_parser::limit_body(std::uint64_t max_bytes) noexcept {
  machine_->limit_body(max_bytes);
}
std::uint64_t response_parser::body_received_bytes() const noexcept {
  return machine_->received_bytes();
}
bool response_parser::is_idle() const noexcept {
  return machine_->is_idle();
}
const failure& response_parser::error() const noexcept {
  return machine_->error();
}

}  // namespace pirn::http
