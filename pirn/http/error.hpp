// error: what can be wrong with HTTP from the other side, as error codes.
#pragma once

#include <string>
#include <system_error>

#include "pirn/http/status.hpp"

namespace pirn::http {

/// What was wrong with a message, a URL or a path.
enum class errc {
  bad_start_line = 1,   ///< the first line is no request line, or no status line
  unknown_method,       ///< a method that this library does not know
  unsupported_version,  ///< neither HTTP/1.0 nor HTTP/1.1
  bad_header,           ///< a line of the head, or of the trailers, is no header field
  bad_framing,          ///< Content-Length and Transfer-Encoding do not say where the body ends
  unsupported_coding,   ///< a transfer coding besides chunked
  bad_chunk,            ///< the chunked coding is broken
  target_too_long,      ///< the request target is over its limit
  head_too_large,       ///< the head is over its limit, in bytes or in fields
  body_too_large,       ///< the body is over its limit
  cut_short,            ///< the connection ended inside a message
  bad_url,              ///< not a URL that can be fetched
};

/// The category of `errc`; its name is "http".
const std::error_category& error_category() noexcept;
std::error_code make_error_code(errc code) noexcept;

/// The status with which a server answers a request that is wrong in this way.
status status_for(errc code) noexcept;

/// One thing that was wrong: the kind, and a sentence that names it.
struct failure {
  errc code{};
  std::string what;

  /// As an exception to throw; `operation` names what was done to which object ("GET http://a/b").
  std::system_error as_exception(const std::string& operation) const;
};

}  // namespace pirn::http

template <>
struct std::is_error_code_enum<pirn::http::errc> : std::true_type {};
