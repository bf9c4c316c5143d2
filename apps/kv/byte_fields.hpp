// byte_fields: numbers and texts one after the other in bytes, written and read in the same words.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace pirn::apps::kv {

/// Writes fields. `fields(a, b, c)` has a reader's counterpart of the same name.
class field_writer {
 public:
  template <class... Fields>
  void fields(const Fields&... all) {
    (put(all), ...);
  }
  std::string take() noexcept { return std::move(bytes_); }

 private:
  template <class Number>
    requires(std::integral<Number> || std::is_enum_v<Number>)
  void put(Number number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  template <class Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    if (value) put(*value);
  }

  std::string bytes_;
};

/// Reads fields. Throws std::system_error with EBADMSG where there are none.
class field_reader {
 public:
  explicit field_reader(std::string_view bytes) noexcept : left_(bytes) {}

  template <class... Fields>
  void fields(Fields&... all) {
    (get(all), ...);
  }
  void end() const {
    if (!left_.empty()) fail();
  }
  [[noreturn]] static void fail() {
    throw std::system_error(std::make_error_code(std::errc::bad_message), "decode");
  }

 private:
  std::string_view take(std::size_t count) {
    if (left_.size() < count) fail();
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  template <class Number>
    requires(std::integral<Number> || std::is_enum_v<Number>)
  void get(Number& number) {
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
  }
  void get(bool& flag) {
    std::uint8_t number = 0;
    get(number);
    if (number > 1) fail();
    flag = number == 1;
  }
  void get(std::string& text) {
    std::uint32_t size_bytes = 0;
    get(size_bytes);
    text = take(size_bytes);
  }
  template <class Value>
  void get(std::optional<Value>& value) {
    bool is_there = false;
    get(is_there);
    if (is_there) get(value.emplace());
  }

  std::string_view left_;
};

}  // namespace pirn::apps::kv
