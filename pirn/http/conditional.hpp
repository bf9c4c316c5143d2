// conditional: entity tags, and the requests that depend on them or on dates.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "pirn/http/fields.hpp"
#include "pirn/http/method.hpp"

namespace pirn::http {

/// A validator of one representation: `"xyzzy"`, or weak, `W/"xyzzy"`.
struct entity_tag {
  std::string_view opaque;  ///< what stands between the quotes
  bool weak = false;
};

/// Reads an entity tag that takes up the whole text.
std::optional<entity_tag> parse_entity_tag(std::string_view text) noexcept;

/// Equal byte for byte: neither is weak, and the texts are the same (RFC 9110 8.8.3.2).
bool strong_match(const entity_tag& a, const entity_tag& b) noexcept;
/// Equal enough for a cache: the texts are the same.
bool weak_match(const entity_tag& a, const entity_tag& b) noexcept;

/// What a server knows of the present state of a resource.
struct validators {
  std::optional<entity_tag> etag;
  std::optional<std::chrono::sys_seconds> last_modified;
};

/// What the conditions in a request come to.
enum class precondition : unsigned char {
  holds,         ///< answer as if there were no condition
  not_modified,  ///< answer 304: the client has it already
  fails,         ///< answer 412: the resource is not what the client thinks
};

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC
/// 9110 13.2.2, for a resource that exists. A date that is none is no condition; nor is a date on a
/// resource without one.
precondition evaluate_preconditions(method verb, const fields_view& request,
                                    const validators& current,
                                    std::chrono::sys_seconds now) noexcept;

/// Whether a Range field counts: there is no If-Range, or what it names is still current (RFC
/// 9110 13.1.5).
bool range_applies(const fields_view& request, const validators& current,
                   std::chrono::sys_seconds now) noexcept;

}  // namespace pirn::http
