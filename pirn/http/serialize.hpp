// serialize: writes heads and chunks, ready to be sent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pirn/http/fields.hpp"
#include "pirn/http/message.hpp"

namespace pirn::http {

/// What a response's head says besides its fields.
struct response_line {
  http::status status = status::ok;
  std::string_view reason = {};  ///< empty: the standard phrase
  /// None: `Content-Length: 0`, or nothing where the status allows no body. For a response to HEAD
  /// give what a GET would have had, and send no body. `until_close` implies that the connection
  /// closes.
  body_framing body = {};
  http::version peer = version::http_1_1;  ///< the version of the request
  bool keep_alive = true;
  std::string_view date_line = {};  ///< from `date_cache::line`; empty for none
};

/// Appends the head of a response, the empty line included.
///
/// The fields that frame the message (Content-Length, Transfer-Encoding, and Connection as far as
/// it is needed) are written from `line`, so that they agree with it; a Date in `fields` goes
/// before `line.date_line`.
///
/// Requires: `line.body` is not chunked for a peer of version 1.0 (see `stream_framing`).
/// Throws:   std::invalid_argument when `fields` has framing fields of its own, or when the reason
///           has a control character. Nothing is appended then.
/// Cost:     no allocation while `out` has room.
void append_response_head(std::string& out, const response_line& line, const fields& fields);

/// How to send a body whose length is not known: chunked, or until the close to a peer that knows
/// no chunks.
constexpr body_framing stream_framing(version peer) noexcept {
  return {peer == version::http_1_0 ? framing::until_close : framing::chunked, 0};
}

/// What a request's head says besides its fields.
struct request_line {
  http::method method = method::get;
  std::string_view target = "/";
  std::string_view host = {};  ///< for the Host field; not used when `fields` has one
  body_framing body = {};
  bool keep_alive = true;
};

/// Appends the head of a request (HTTP/1.1), the empty line included; otherwise as
/// `append_response_head`.
///
/// Requires: `line.body` is not `until_close`.
/// Throws:   std::invalid_argument also when the target or the host has a space or a control
/// character.
void append_request_head(std::string& out, const request_line& line, const fields& fields);

/// What goes before the data of a chunk: its size in hexadecimal and CRLF. After the data comes
/// `chunk_end`.
class chunk_head {
 public:
  /// Requires: size_bytes > 0; a chunk of none ends the body (`append_last_chunk`).
  explicit chunk_head(std::size_t size_bytes) noexcept;

  std::string_view text() const noexcept { return {text_.data(), size_}; }
  std::span<const std::byte> bytes() const noexcept { return std::as_bytes(std::span(text())); }

 private:
  std::array<char, 18> text_{};
  std::uint8_t size_ = 0;
};

inline constexpr std::string_view chunk_end = "\r\n";

/// Appends the end of a chunked body, with trailer fields if there are any.
/// Throws: std::invalid_argument when `trailers` has framing fields.
void append_last_chunk(std::string& out, const fields& trailers = {});

}  // namespace pirn::http
