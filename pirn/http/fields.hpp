// fields: the header fields of a message: names without case, in their order, several of one name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/http/field_id.hpp"

namespace pirn::http {

/// One header field, as a name and a value without the white space around it.
struct field {
  std::string_view name;
  std::string_view value;
};

namespace detail {

/// Where one field lies in the text of its message: offsets from the text's start.
struct field_entry {
  std::uint32_t name_at;
  std::uint32_t value_at;
  std::uint32_t value_size;
  std::uint16_t name_size;
  field_id id;
};

/// The table of fields: entries, and one bit for each `field_id` that occurs. Clearing keeps the
/// memory.
struct field_table {
  std::vector<field_entry> entries;
  std::uint64_t present = 0;

  void push(const field_entry& entry) {
    entries.push_back(entry);
    present |= std::uint64_t{1} << static_cast<unsigned>(entry.id);
  }
  void clear() noexcept {
    entries.clear();
    present = 0;
  }
};

}  // namespace detail

/// Header fields that lie in someone else's memory: in the input of a parser, or in a `fields`.
///
/// Lifetime: that of the text it was made over; a parser says when its text goes.
class fields_view {
 public:
  class iterator;

  fields_view() = default;
  fields_view(const char* text, const detail::field_table& table) noexcept
      : text_(text), entries_(table.entries), present_(table.present) {}

  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  /// Requires: index < size().
  field operator[](std::size_t index) const noexcept;
  iterator begin() const noexcept;
  iterator end() const noexcept;

  /// Cost: one bit test.
  bool contains(field_id id) const noexcept {
    return (present_ >> static_cast<unsigned>(id) & 1) != 0;
  }
  std::size_t count(field_id id) const noexcept;

  /// The value of the first field with this name. By `field_id` it compares numbers, not text.
  std::optional<std::string_view> find(field_id id) const noexcept;
  std::optional<std::string_view> find(std::string_view name) const noexcept;

  /// True when `token` is an element of the comma-separated list that all fields of this name form
  /// together, in any case: `has_token(field_id::connection, "close")`.
  bool has_token(field_id id, std::string_view token) const noexcept;

 private:
  const char* text_ = nullptr;
  std::span<const detail::field_entry> entries_;
  std::uint64_t present_ = 0;
};

class fields_view::iterator {
 public:
  using iterator_concept = std::forward_iterator_tag;
  using value_type = field;
  using difference_type = std::ptrdiff_t;

  iterator() = default;
  iterator(const fields_view& owner, std::size_t index) noexcept : owner_(owner), index_(index) {}

  field operator*() const noexcept { return owner_[index_]; }
  iterator& operator++() noexcept {
    ++index_;
    return *this;
  }
  iterator operator++(int) noexcept {
    iterator old = *this;
    ++index_;
    return old;
  }
  friend bool operator==(const iterator& a, const iterator& b) noexcept {
    return a.index_ == b.index_;
  }

 private:
  fields_view owner_;
  std::size_t index_ = 0;
};

inline fields_view::iterator fields_view::begin() const noexcept {
  return {*this, 0};
}
inline fields_view::iterator fields_view::end() const noexcept {
  return {*this, size()};
}

/// Header fields to send. They are kept as they go over the wire, so writing a head copies one
/// block.
///
/// Every name and value is checked when it is added: nothing that could end a line, or start one,
/// gets in.
///
/// Cost: one buffer and one table; `clear()` keeps both, so a reused object allocates nothing.
class fields {
 public:
  fields() = default;
  explicit fields(const fields_view& from);

  /// Appends a field; white space around the value is dropped.
  ///
  /// Throws: std::invalid_argument when the name is no token, or when the value has a control
  ///         character (CR, LF, NUL and the rest; a tab is allowed). Nothing is added then.
  fields& add(field_id id, std::string_view value);
  fields& add(std::string_view name, std::string_view value);

  /// Like `add`, in place of all fields of that name.
  fields& set(field_id id, std::string_view value);
  fields& set(std::string_view name, std::string_view value);

  /// Removes all fields of that name.
  /// Returns: how many there were.
  std::size_t remove(field_id id);
  std::size_t remove(std::string_view name);

  void clear() noexcept;
  void reserve(std::size_t size_bytes, std::size_t fields_count);

  fields_view view() const noexcept { return {text_.data(), table_}; }
  operator fields_view() const noexcept { return view(); }

  std::size_t size() const noexcept { return table_.entries.size(); }
  bool empty() const noexcept { return table_.entries.empty(); }
  bool contains(field_id id) const noexcept { return view().contains(id); }
  std::optional<std::string_view> find(field_id id) const noexcept { return view().find(id); }
  std::optional<std::string_view> find(std::string_view name) const noexcept {
    return view().find(name);
  }
  fields_view::iterator begin() const noexcept { return view().begin(); }
  fields_view::iterator end() const noexcept { return view().end(); }

  /// All fields as they go over the wire: `Name: value`, CRLF, and so on.
  std::string_view wire_text() const noexcept { return text_; }

 private:
  fields& append(field_id id, std::string_view name, std::string_view value);
  std::size_t remove_matching(field_id id, std::string_view name);

  std::string text_;
  detail::field_table table_;
};

}  // namespace pirn::http
