#include "pirn/http/fields.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "pirn/http/syntax.hpp"

namespace pirn::http {
namespace {

std::string_view name_in(const char* text, const detail::field_entry& entry) noexcept {
  return {text + entry.name_at, entry.name_size};
}

std::string_view value_in(const char* text, const detail::field_entry& entry) noexcept {
  return {text + entry.value_at, entry.value_size};
}

void check(std::string_view name, std::string_view value) {
  if (!detail::is_token(name) || name.size() > std::numeric_limits<std::uint16_t>::max()) {
    throw std::invalid_argument(fmt::format("header field {:?}: the name is no token", name));
  }
  const std::size_t bad = detail::find_control(value);
  if (bad != std::string_view::npos) {
    throw std::invalid_argument(
        fmt::format("header field {}: the value has a control character "
                    "(0x{:02x}) at {}",
                    name, static_cast<unsigned char>(value[bad]), bad));
  }
}

/// True when `entry` is one of the fields called `name`; `id` is that name's number.
bool matches(const char* text, const detail::field_entry& entry, field_id id,
             std::string_view name) noexcept {
  if (entry.id != id) return false;
  return id != field_id::other || equal_without_case(name_in(text, entry), name);
}

}  // namespace

field fields_view::operator[](std::size_t index) const noexcept {
  const detail::field_entry& entry = entries_[index];
  return {name_in(text_, entry), value_in(text_, entry)};
}

std::size_t fields_view::count(field_id id) const noexcept {
  if (!contains(id)) return 0;
  std::size_t found = 0;
  for (const detail::field_entry& entry : entries_) found += entry.id == id ? 1 : 0;
  return found;
}

std::optional<std::string_view> fields_view::find(field_id id) const noexcept {
  if (!contains(id)) return std::nullopt;
  for (const detail::field_entry& entry : entries_) {
    if (entry.id == id) return value_in(text_, entry);
  }
  return std::nullopt;
}

std::optional<std::string_view> fields_view::find(std::string_view name) const noexcept {
  const field_id id = identify(name);
  if (!contains(id)) return std::nullopt;
  for (const detail::field_entry& entry : entries_) {
    if (matches(text_, entry, id, name)) return value_in(text_, entry);
  }
  return std::nullopt;
}

bool fields_view::has_token(field_id id, std::string_view token) const noexcept {
  if (!contains(id)) return false;
  for (const detail::field_entry& entry : entries_) {
    if (entry.id != id) continue;
    std::string_view rest = value_in(text_, entry);
    while (const auto element = detail::next_element(rest)) {
      if (equal_without_case(*element, token)) return true;
    }
  }
  return false;
}

fields::fields(const fields_view& from) {
  for (const field each : from) add(each.name, each.value);
}

fields& fields::add(field_id id, std::string_view value) {
  return append(id, to_string(id), value);
}

fields& fields::add(std::string_view name, std::string_view value) {
  return append(identify(name), name, value);
}

fields& fields::set(field_id id, std::string_view value) {
  if (!contains(id)) return add(id, value);
  check(to_string(id), value);
  const std::string kept_value(value);  // it may lie in our own text
  remove(id);
  return add(id, kept_value);
}

fields& fields::set(std::string_view name, std::string_view value) {
  if (!contains(identify(name))) return add(name, value);
  check(name, value);
  const std::string kept_name(name);  // both may lie in our own text
  const std::string kept_value(value);
  remove(kept_name);
  return add(kept_name, kept_value);
}

std::size_t fields::remove(field_id id) {
  return remove_matching(id, to_string(id));
}

std::size_t fields::remove(std::string_view name) {
  return remove_matching(identify(name), name);
}

void fields::clear() noexcept {
  text_.clear();
  table_.clear();
}

void fields::reserve(std::size_t size_bytes, std::size_t fields_count) {
  text_.reserve(size_bytes);
  table_.entries.reserve(fields_count);
}

fields& fields::append(field_id id, std::string_view name, std::string_view value) {
  check(name, value);
  value = detail::trim(value);
  const std::size_t start = text_.size();
  const std::size_t size = name.size() + 2 + value.size() + 2;
  if (start + size > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("header fields: over 4 GiB in one message");
  }
  std::string old_text;  // `name` and `value` may lie in it
  if (text_.capacity() < start + size) {
    std::string grown;
    grown.reserve(2 * (start + size));
    grown = text_;
    old_text = std::exchange(text_, std::move(grown));
  }
  table_.push({.name_at = static_cast<std::uint32_t>(start),
               .value_at = static_cast<std::uint32_t>(start + name.size() + 2),
               .value_size = static_cast<std::uint32_t>(value.size()),
               .name_size = static_cast<std::uint16_t>(name.size()),
               .id = id});
  text_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

std::size_t fields::remove_matching(field_id id, std::string_view name) {
  if (!contains(id)) return 0;
  fields kept;
  for (const detail::field_entry& entry : table_.entries) {
    if (matches(text_.data(), entry, id, name)) continue;
    kept.append(entry.id, name_in(text_.data(), entry), value_in(text_.data(), entry));
  }
  const std::size_t removed = size() - kept.size();
  if (removed != 0) *this = std::move(kept);
  return removed;
}

}  // namespace pirn::http
