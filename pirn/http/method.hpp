// method: the request methods that this library knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pirn::http {

/// A request method. The numbers are llhttp's (checked in codec.cpp); the names are those of the
/// IANA registry.
enum class method : std::uint8_t {
  delete_ = 0,
  get = 1,
  head = 2,
  post = 3,
  put = 4,
  connect = 5,
  options = 6,
  trace = 7,
  copy = 8,
  lock = 9,
  mkcol = 10,
  move = 11,
  propfind = 12,
  proppatch = 13,
  search = 14,
  unlock = 15,
  bind = 16,
  rebind = 17,
  unbind = 18,
  acl = 19,
  report = 20,
  mkactivity = 21,
  checkout = 22,
  merge = 23,
  m_search = 24,
  notify = 25,
  subscribe = 26,
  unsubscribe = 27,
  patch = 28,
  purge = 29,
  mkcalendar = 30,
  link = 31,
  unlink = 32,
};

inline constexpr int method_count = 33;

/// The method as it stands in a request line: "GET".
std::string_view to_string(method verb) noexcept;

/// The method with this name; methods are case-sensitive.
std::optional<method> parse_method(std::string_view name) noexcept;

/// True for methods that ask for no change on the server (RFC 9110 9.2.1).
bool is_safe(method verb) noexcept;

/// True for methods that may be sent again when the first answer was lost (RFC 9110 9.2.2).
bool is_idempotent(method verb) noexcept;

}  // namespace pirn::http
