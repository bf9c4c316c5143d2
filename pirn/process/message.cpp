#include "pirn/process/message.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace pirn {

namespace {

using remote::archive_in;
using remote::archive_out;

constexpr int depth_max = 500;  // so that no message makes its reader's stack overflow

// ---- as bytes: the kind in one byte, then the value ----

void save_size(archive_out& archive, std::size_t size) {
  archive(static_cast<std::uint64_t>(size));
}
// Every element takes a byte at least, so a damaged size is found before memory is taken for it.
std::size_t load_size(archive_in& archive) {
  std::uint64_t size = 0;
  archive(size);
  if (size > archive.rest().size()) throw remote::message_error("damaged message: it is cut short");
  return static_cast<std::size_t>(size);
}

template <class Run>
void save_run(archive_out& archive, const Run& run) {
  save_size(archive, run.size());
  archive.write(run.data(), run.size());
}
template <class Run>
Run load_run(archive_in& archive) {
  Run run(load_size(archive), {});
  archive.read(run.data(), run.size());
  return run;
}

struct saver {
  archive_out& archive;
  int depth;

  void save(const message& each) const {
    if (depth > depth_max) throw std::length_error("a message is nested too deep to be sent");
    archive(static_cast<std::uint8_t>(each.value().index()));
    std::visit(*this, each.value());
  }
  saver deeper() const { return {archive, depth + 1}; }

  void operator()(none_t) const {}
  void operator()(bool value) const { archive(value); }
  void operator()(std::int64_t value) const { archive(value); }
  void operator()(double value) const { archive(value); }
  void operator()(const std::string& text) const { save_run(archive, text); }
  void operator()(const message::bytes& bytes) const { save_run(archive, bytes); }
  void operator()(const message::list& list) const {
    save_size(archive, list.size());
    for (const message& each : list) deeper().save(each);
  }
  void operator()(const message::dict& dict) const {
    save_size(archive, dict.size());
    for (const auto& [key, value] : dict) {
      save_run(archive, key);
      deeper().save(value);
    }
  }
};

template <class T>
T load_number(archive_in& archive) {
  T value{};
  archive(value);
  return value;
}

message load_value(archive_in& archive, int depth);

message::list load_list(archive_in& archive, int depth) {
  message::list list;
  for (std::size_t left = load_size(archive); left > 0; --left) {
    list.push_back(load_value(archive, depth));
  }
  return list;
}

message::dict load_dict(archive_in& archive, int depth) {
  message::dict dict;
  for (std::size_t left = load_size(archive); left > 0; --left) {
    auto key = load_run<std::string>(archive);
    dict.insert_or_assign(std::move(key), load_value(archive, depth));
  }
  return dict;
}

message load_value(archive_in& archive, int depth) {
  enum class kind : std::uint8_t { none, boolean, integer, real, text, bytes, list, dict };
  if (depth > depth_max) throw remote::message_error("damaged message: it is nested too deep");
  switch (static_cast<kind>(load_number<std::uint8_t>(archive))) {
    case kind::none:
      return none;
    case kind::boolean:
      return load_number<bool>(archive);
    case kind::integer:
      return load_number<std::int64_t>(archive);
    case kind::real:
      return load_number<double>(archive);
    case kind::text:
      return load_run<std::string>(archive);
    case kind::bytes:
      return load_run<message::bytes>(archive);
    case kind::list:
      return load_list(archive, depth + 1);
    case kind::dict:
      return load_dict(archive, depth + 1);
  }
  throw remote::message_error("damaged message: a value of no known kind");
}

// ---- as Python prints it ----

struct printer {
  std::string& out;

  void operator()(none_t) const { out += "None"; }
  void operator()(bool value) const { out += value ? "True" : "False"; }
  void operator()(std::int64_t value) const { out += std::to_string(value); }
  void operator()(double value) const {
    std::string digits = fmt::format("{}", value);
    if (digits.find_first_not_of("-0123456789") == std::string::npos) digits += ".0";
    out += digits;
  }
  void operator()(const std::string& text) const {
    quote(text, [](unsigned char letter) { return letter >= ' ' && letter != 0x7f; });
  }
  void operator()(const message::bytes& bytes) const {
    out += 'b';
    quote({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
          [](unsigned char letter) { return letter >= ' ' && letter < 0x7f; });
  }
  void operator()(const message::list& list) const {
    std::string_view separator;
    out += '[';
    for (const message& each : list) {
      out += std::exchange(separator, ", ");
      std::visit(*this, each.value());
    }
    out += ']';
  }
  void operator()(const message::dict& dict) const {
    std::string_view separator;
    out += '{';
    for (const auto& [key, value] : dict) {
      out += std::exchange(separator, ", ");
      (*this)(key);
      out += ": ";
      std::visit(*this, value.value());
    }
    out += '}';
  }

  // Double quotes only where they save an escape.
  template <class IsPlain>
  void quote(std::string_view text, IsPlain is_plain) const {
    const bool has_single = text.find('\'') != std::string_view::npos;
    const char mark = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
    out += mark;
    for (char letter : text) {
      if (letter == '\n') {
        out += "\\n";
      } else if (letter == '\r') {
        out += "\\r";
      } else if (letter == '\t') {
        out += "\\t";
      } else if (letter == '\\' || letter == mark) {
        out += '\\';
        out += letter;
      } else if (is_plain(static_cast<unsigned char>(letter))) {
        out += letter;
      } else {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(letter));
      }
    }
    out += mark;
  }
};

}  // namespace

std::string message::to_string() const {
  std::string text;
  std::visit(printer{text}, value_);
  return text;
}

void message::save(archive_out& archive) const {
  saver{archive, 0}.save(*this);
}
void message::load(archive_in& archive) {
  *this = load_value(archive, 0);
}

void message::refuse_integer() {
  throw std::out_of_range("an integer of a message has 64 bits with a sign");
}

}  // namespace pirn
