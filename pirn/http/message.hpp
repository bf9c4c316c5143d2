// message: the heads of requests and responses, and where their bodies end.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "pirn/http/error.hpp"
#include "pirn/http/fields.hpp"
#include "pirn/http/method.hpp"
#include "pirn/http/status.hpp"

namespace pirn::http {

/// The versions that are spoken; the number is ten times the major version plus the minor.
enum class version : std::uint8_t { http_1_0 = 10, http_1_1 = 11 };

/// How the end of a body is known.
enum class framing : std::uint8_t {
  none,         ///< there is no body
  length,       ///< Content-Length says how long it is
  chunked,      ///< each chunk says how long it is
  until_close,  ///< it lasts until the connection ends; responses only
};

/// Where a body ends; `length` counts for `framing::length` only.
struct body_framing {
  framing kind = framing::none;
  std::uint64_t length = 0;

  friend bool operator==(const body_framing&, const body_framing&) = default;
};

/// What a request's target is made of (RFC 9112 3.2). All parts are as they came, percent-encoded.
struct target_parts {
  std::string_view authority;  ///< host and port, where the target names them
  std::string_view path;   ///< "/" where a target with an authority has none; "*" of `OPTIONS *`
  std::string_view query;  ///< without its question mark
};

/// Takes a target apart: `/path?query`, `http://authority/path?query`, `authority` (CONNECT) or
/// `*`.
target_parts split_target(method verb, std::string_view target) noexcept;

/// The head of a request.
///
/// Lifetime: the text is the parser's input or the parser's own; request_parser::head() says how
/// long.
struct request_head {
  http::method method = method::get;
  http::version version = version::http_1_1;
  std::string_view target = {};
  fields_view fields = {};
  body_framing body = {};
  bool keep_alive = true;         ///< the client would send another request on this connection
  bool expects_continue = false;  ///< the client waits for `100 Continue` before it sends the body
  bool wants_upgrade = false;     ///< CONNECT, or Connection: upgrade

  target_parts parts() const noexcept { return split_target(method, target); }
  std::string_view path() const noexcept { return parts().path; }
  std::string_view query() const noexcept { return parts().query; }
  /// The host (and port) that the client means: the target's when it has one, otherwise the Host
  /// field.
  std::string_view host() const noexcept;
};

/// The head of a response.
///
/// Lifetime: as for `request_head`.
struct response_head {
  http::version version = version::http_1_1;
  http::status status = status::ok;
  std::string_view reason = {};
  fields_view fields = {};
  body_framing body = {};
  bool keep_alive = true;  ///< the server would take another request on this connection

  /// 1xx other than 101: the response itself is still to come.
  bool is_interim() const noexcept {
    return is_informational(status) && status != status::switching_protocols;
  }
};

/// Whether the connection may carry another message after this one: HTTP/1.1 unless `Connection:
/// close`, HTTP/1.0 only with `Connection: keep-alive` (RFC 9112 9.3).
bool keeps_alive(version spoken, const fields_view& fields) noexcept;

/// Where the body of a request ends, by its fields (RFC 9112 6.3).
///
/// Returns: a failure where a proxy might see another end than we do: two lengths, a length that
///          is no number, a length and a transfer coding, a coding that is not plainly `chunked`,
///          a coding in HTTP/1.0.
std::expected<body_framing, failure> request_framing(method verb, version spoken,
                                                     const fields_view& fields);

/// The same for a response to a request with `asked`.
std::expected<body_framing, failure> response_framing(method asked, status code, version spoken,
                                                      const fields_view& fields);

}  // namespace pirn::http
