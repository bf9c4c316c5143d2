#include "pirn/http/conditional.hpp"

#include "pirn/http/date.hpp"
#include "pirn/http/syntax.hpp"

namespace pirn::http {
namespace {

using tag_comparison = bool (*)(const entity_tag&, const entity_tag&) noexcept;

/// Whether the list of tags in all fields called `id` has one that matches; `*` matches whatever is
/// there.
bool lists(const fields_view& request, field_id id, const std::optional<entity_tag>& current,
           tag_comparison match) noexcept {
  const std::string_view name = to_string(id);
  for (const field each : request) {
    if (!equal_without_case(each.name, name)) continue;
    if (each.value == "*") return true;
    std::string_view rest = each.value;
    while (const auto element = detail::next_element(rest)) {
      const auto listed = parse_entity_tag(*element);
      if (listed && current && match(*listed, *current)) return true;
    }
  }
  return false;
}

std::optional<std::chrono::sys_seconds> date_in(const fields_view& request, field_id id,
                                                std::chrono::sys_seconds now) noexcept {
  const auto text = request.find(id);
  return text ? parse_date(*text, now) : std::nullopt;
}

}  // namespace

std::optional<entity_tag> parse_entity_tag(std::string_view text) noexcept {
  const bool weak = text.starts_with("W/");
  if (weak) text.remove_prefix(2);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == '"' || byte == 0x7f) return std::nullopt;
  }
  return entity_tag{text, weak};
}

bool strong_match(const entity_tag& a, const entity_tag& b) noexcept {
  return !a.weak && !b.weak && a.opaque == b.opaque;
}

bool weak_match(const entity_tag& a, const entity_tag& b) noexcept {
  return a.opaque == b.opaque;
}

precondition evaluate_preconditions(method verb, const fields_view& request,
                                    const validators& current,
                                    std::chrono::sys_seconds now) noexcept {
  if (request.contains(field_id::if_match)) {
    if (!lists(request, field_id::if_match, current.etag, strong_match)) return precondition::fails;
  } else if (current.last_modified) {
    const auto since = date_in(request, field_id::if_unmodified_since, now);
    if (since && *current.last_modified > *since) return precondition::fails;
  }
  const bool reads = verb == method::get || verb == method::head;
  if (request.contains(field_id::if_none_match)) {
    if (!lists(request, field_id::if_none_match, current.etag, weak_match))
      return precondition::holds;
    return reads ? precondition::not_modified : precondition::fails;
  }
  if (reads && current.last_modified) {
    const auto since = date_in(request, field_id::if_modified_since, now);
    if (since && *current.last_modified <= *since) return precondition::not_modified;
  }
  return precondition::holds;
}

bool range_applies(const fields_view& request, const validators& current,
                   std::chrono::sys_seconds now) noexcept {
  const auto text = request.find(field_id::if_range);
  if (!text) return true;
  if (const auto tag = parse_entity_tag(*text)) {
    return current.etag && strong_match(*tag, *current.etag);
  }
  const auto date = parse_date(*text, now);
  return date && current.last_modified && *date == *current.last_modified;
}

}  // namespace pirn::http
