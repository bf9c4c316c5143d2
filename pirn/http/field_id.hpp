// field_id: the header fields that have a number, so that looking one up compares numbers instead
// of text.
#pragma once

#include <cstdint>
#include <string_view>

namespace pirn::http {

/// The names of common header fields; every other name is `other`.
enum class field_id : std::uint8_t {
  other,
  accept,
  accept_encoding,
  accept_language,
  accept_ranges,
  age,
  allow,
  authorization,
  cache_control,
  connection,
  content_disposition,
  content_encoding,
  content_language,
  content_length,
  content_location,
  content_range,
  content_type,
  cookie,
  date,
  etag,
  expect,
  expires,
  host,
  if_match,
  if_modified_since,
  if_none_match,
  if_range,
  if_unmodified_since,
  keep_alive,
  last_event_id,
  last_modified,
  link,
  location,
  origin,
  pragma,
  range,
  referer,
  retry_after,
  sec_websocket_accept,
  sec_websocket_extensions,
  sec_websocket_key,
  sec_websocket_protocol,
  sec_websocket_version,
  server,
  set_cookie,
  te,
  trailer,
  transfer_encoding,
  upgrade,
  user_agent,
  vary,
  via,
  www_authenticate,
};

inline constexpr int field_id_count = static_cast<int>(field_id::www_authenticate) + 1;
static_assert(field_id_count <= 64, "a set of fields is one 64-bit word");

/// The name as it is usually written: "Content-Type". Empty for `other`.
std::string_view to_string(field_id id) noexcept;

/// The number of this name, in whatever case it is written.
///
/// Cost: one hash over the length, the first and the last character, and one comparison; no
/// allocation.
field_id identify(std::string_view name) noexcept;

/// Compares two names without case, as HTTP does: ASCII letters only.
bool equal_without_case(std::string_view a, std::string_view b) noexcept;

}  // namespace pirn::http
