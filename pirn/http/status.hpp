// status: the status codes of responses.
#pragma once

#include <cstdint>
#include <string_view>

namespace pirn::http {

/// A status code. Any number from 100 to 999 may be cast to it; those with a registered meaning
/// have names.
///
/// Source: RFC 9110 section 15 and the IANA registry of status codes.
enum class status : std::uint16_t {
  continue_ = 100,
  switching_protocols = 101,
  early_hints = 103,
  ok = 200,
  created = 201,
  accepted = 202,
  non_authoritative_information = 203,
  no_content = 204,
  reset_content = 205,
  partial_content = 206,
  multiple_choices = 300,
  moved_permanently = 301,
  found = 302,
  see_other = 303,
  not_modified = 304,
  temporary_redirect = 307,
  permanent_redirect = 308,
  bad_request = 400,
  unauthorized = 401,
  payment_required = 402,
  forbidden = 403,
  not_found = 404,
  method_not_allowed = 405,
  not_acceptable = 406,
  proxy_authentication_required = 407,
  request_timeout = 408,
  conflict = 409,
  gone = 410,
  length_required = 411,
  precondition_failed = 412,
  content_too_large = 413,
  uri_too_long = 414,
  unsupported_media_type = 415,
  range_not_satisfiable = 416,
  expectation_failed = 417,
  misdirected_request = 421,
  unprocessable_content = 422,
  locked = 423,
  too_early = 425,
  upgrade_required = 426,
  precondition_required = 428,
  too_many_requests = 429,
  request_header_fields_too_large = 431,
  unavailable_for_legal_reasons = 451,
  internal_server_error = 500,
  not_implemented = 501,
  bad_gateway = 502,
  service_unavailable = 503,
  gateway_timeout = 504,
  http_version_not_supported = 505,
  insufficient_storage = 507,
  network_authentication_required = 511,
};

/// The standard reason phrase ("Not Found"); empty for a code without one.
std::string_view reason(status code) noexcept;

constexpr int to_int(status code) noexcept {
  return static_cast<int>(code);
}
constexpr bool is_informational(status code) noexcept {
  return to_int(code) / 100 == 1;
}
constexpr bool is_success(status code) noexcept {
  return to_int(code) / 100 == 2;
}
constexpr bool is_redirection(status code) noexcept {
  return to_int(code) / 100 == 3;
}
constexpr bool is_client_error(status code) noexcept {
  return to_int(code) / 100 == 4;
}
constexpr bool is_server_error(status code) noexcept {
  return to_int(code) / 100 == 5;
}

/// False for 1xx, 204 and 304: such a response ends with its head, whatever its fields say (RFC
/// 9112 6.3).
constexpr bool may_have_body(status code) noexcept {
  return !is_informational(code) && code != status::no_content && code != status::not_modified;
}

}  // namespace pirn::http
