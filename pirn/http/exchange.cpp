#include "pirn/http/exchange.hpp"

#include <algorithm>
#include <stdexcept>

#include "pirn/http/error.hpp"
#include "pirn/http/serialize.hpp"
#include "pirn/http/server_connection.hpp"
#include "pirn/tls/stream.hpp"

namespace pirn::http {

endpoint exchange::peer() const noexcept {
  return connection_.from_;
}

const tls::stream* exchange::secured() const noexcept {
  return connection_.peer_.as<tls::stream>();
}

std::string_view exchange::parameter(std::string_view name) const noexcept {
  for (const auto& [known, value] : parameters_) {
    if (known == name) return value;
  }
  return {};
}

void exchange::set_parameter(std::string name, std::string value) {
  parameters_.emplace_back(std::move(name), std::move(value));
}

task<std::span<const std::byte>> exchange::read() {
  return connection_.read_body(*this);
}

task<std::string> exchange::read_all(std::size_t max_bytes) {
  std::string whole;
  for (;;) {
    std::span<const std::byte> piece = co_await read();
    if (piece.empty()) co_return whole;
    if (whole.size() + piece.size() > max_bytes) break;
    whole.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  failure problem{errc::body_too_large,
                  "the body is larger than " + std::to_string(max_bytes) + " bytes"};
  connection_.refuse(*this, problem);
  throw problem.as_exception("request body from " + peer().to_string());
}

void exchange::begin(http::status status, body_framing body) {
  if (started_) throw std::logic_error("the request was answered already");
  connection_.append_head(*this, status, body);
  started_ = true;
  leaves_body_out_ = request().method == method::head || !may_have_body(status);
}

void exchange::respond(http::status status, std::string_view body, std::string_view type) {
  if (!type.empty() && !headers_.contains(field_id::content_type)) {
    headers_.add(field_id::content_type, type);
  }
  begin(status, {framing::length, body.size()});
  if (!leaves_body_out_) connection_.output_ += body;
}

void exchange::respond_empty(http::status status) {
  begin(status, {});
}

void exchange::start(http::status status, std::optional<std::uint64_t> size_bytes) {
  const body_framing body =
      size_bytes ? body_framing{framing::length, *size_bytes} : stream_framing(request().version);
  begin(status, body);
  if (body.kind == framing::until_close) connection_.must_close_ = true;
  stream_ = body.kind;
  if (leaves_body_out_) {
    stream_ = framing::none;
    return;
  }
  left_bytes_ = size_bytes.value_or(0);
}

task<> exchange::write(std::span<const std::byte> bytes) {
  if (bytes.empty() || leaves_body_out_) co_return;
  if (stream_ == framing::none) throw std::logic_error("a body is written after start()");
  if (stream_ == framing::length) {
    if (bytes.size() > left_bytes_) throw std::logic_error("the body is longer than announced");
    left_bytes_ -= bytes.size();
  }
  co_await connection_.send_piece(bytes, stream_ == framing::chunked);
}

}  // namespace pirn::http
