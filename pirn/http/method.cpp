#include "pirn/http/method.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>

namespace pirn::http {
namespace {

constexpr std::array<std::string_view, method_count> method_names = {
    "DELETE",     "GET",      "HEAD",       "POST",     "PUT",    "CONNECT",   "OPTIONS",
    "TRACE",      "COPY",     "LOCK",       "MKCOL",    "MOVE",   "PROPFIND",  "PROPPATCH",
    "SEARCH",     "UNLOCK",   "BIND",       "REBIND",   "UNBIND", "ACL",       "REPORT",
    "MKACTIVITY", "CHECKOUT", "MERGE",      "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE",
    "PATCH",      "PURGE",    "MKCALENDAR", "LINK",     "UNLINK"};

using method_set = std::uint64_t;

constexpr method_set set_of(std::initializer_list<method> members) {
  method_set set = 0;
  for (method member : members) set |= method_set{1} << static_cast<int>(member);
  return set;
}

constexpr bool contains(method_set set, method verb) noexcept {
  return (set >> static_cast<int>(verb) & 1) != 0;
}

constexpr method_set safe = set_of({method::get, method::head, method::options, method::trace,
                                    method::propfind, method::report, method::search});

constexpr method_set idempotent =
    safe | set_of({method::put, method::delete_, method::copy, method::mkcol, method::move,
                   method::proppatch, method::unlock, method::bind, method::rebind, method::unbind,
                   method::acl, method::mkactivity, method::checkout, method::merge,
                   method::mkcalendar, method::link, method::unlink});

}  // namespace

std::string_view to_string(method verb) noexcept {
  return method_names[static_cast<std::size_t>(verb)];
}

std::optional<method> parse_method(std::string_view name) noexcept {
  for (std::size_t i = 0; i < method_names.size(); ++i) {
    if (method_names[i] == name) return static_cast<method>(i);
  }
  return std::nullopt;
}

bool is_safe(method verb) noexcept {
  return contains(safe, verb);
}
bool is_idempotent(method verb) noexcept {
  return contains(idempotent, verb);
}

}  // namespace pirn::http
