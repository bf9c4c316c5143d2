// head_rules: what a head must be beyond what llhttp asks of it. Members of head_reader that look
// at text only.
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "pirn/http/head_reader.hpp"
#include "pirn/http/syntax.hpp"

namespace pirn::http::detail {
namespace {

constexpr std::size_t line_end_size = 2;   // CRLF
constexpr std::size_t status_code_at = 9;  // behind "HTTP/1.1 "
constexpr std::size_t status_code_size = 3;
constexpr int pri_method = 34;  // llhttp's number for the first word of HTTP/2's preface

}  // namespace

text_range head_reader::range_of(const char* at, std::size_t size) const noexcept {
  return {static_cast<std::uint32_t>(at - section_->text), static_cast<std::uint32_t>(size)};
}

/// True when there is nothing but spaces and tabs.
bool head_reader::is_blank(std::size_t from, std::size_t to) const noexcept {
  for (; from < to; ++from) {
    if (!is_space(section_->text[from])) return false;
  }
  return true;
}

/// What is being read at `position`, for an error's text.
std::string head_reader::where(std::size_t position) const {
  const char* const kind = section_ == &head_ ? "header field" : "trailer field";
  if (name_done_) return fmt::format("{} {:?}", kind, section_->at(name_));
  const bool before_fields =
      section_ == &head_ && head_.table.entries.empty() && position < next_line_;
  if (!start_line_done_ || before_fields) {
    return side_ == side::request ? "request line" : "status line";
  }
  constexpr std::size_t shown_max = 40;
  const std::size_t start = std::min(next_line_, position);
  const std::size_t size = std::min(position - start, shown_max);
  return fmt::format("{} {:?}", kind, std::string_view(section_->text + start, size));
}

head_reader::progress head_reader::refuse_method(std::size_t position) {
  const std::string_view start(section_->text, position);
  if (is_token_char(section_->text[position])) {
    fail(errc::unknown_method, fmt::format("request line: unknown method (it begins with {:?})",
                                           std::string_view(start.data(), position + 1)));
  } else {
    fail(errc::bad_start_line,
         fmt::format("request line: no method, but {:?} and byte 0x{:02x}", start,
                     static_cast<unsigned char>(section_->text[position])));
  }
  return progress::failed;
}

int head_reader::on_method() {
  if (method_number() < method_count) return 0;
  if (method_number() == pri_method) {
    return fail(errc::unsupported_version, "request line: HTTP/2 is not spoken here");
  }
  return fail(errc::unknown_method, "request line: the method belongs to another protocol");
}

int head_reader::on_version() {
  if (side_ == side::request && check_request_line() != 0) return -1;
  const int number = version_number();
  if (number != static_cast<int>(version::http_1_0) &&
      number != static_cast<int>(version::http_1_1)) {
    return fail(errc::unsupported_version,
                fmt::format("HTTP/{}.{} is not spoken here", number / 10, number % 10));
  }
  if (side_ == side::request) {
    next_line_ = version_.end() + line_end_size;
    start_line_done_ = true;
  }
  return 0;
}

/// Method, target and version with one space between them, and nothing else.
int head_reader::check_request_line() {
  const std::size_t method_size = to_string(static_cast<method>(method_number())).size();
  const std::string_view text(section_->text, version_.end());
  constexpr std::string_view before_version = " HTTP/";
  const bool well_formed = target_.at == method_size + 1 &&
                           version_.at == target_.end() + before_version.size() &&
                           text.substr(target_.end()).starts_with(before_version);
  if (!well_formed) {
    return fail(errc::bad_start_line,
                "request line: not `METHOD target HTTP/1.1` with single spaces");
  }
  return check_target();
}

int head_reader::check_target() {
  const std::string_view target = section_->at(target_);
  const auto verb = static_cast<method>(method_number());
  if (target.find('#') != target.npos) {
    return fail(errc::bad_start_line, "request line: a fragment in the target");
  }
  if (target.front() == '*' && (target != "*" || verb != method::options)) {
    return fail(errc::bad_start_line, "request line: the target * goes with OPTIONS only");
  }
  return 0;
}

/// The status line is complete, with the LF at its end: a scan for something that is no LF stops
/// there.
int head_reader::on_status() {
  const char* const text = section_->text;
  std::size_t code_end = status_code_at;
  while (is_digit(text[code_end])) ++code_end;
  const bool has_space = text[code_end] == ' ';
  const bool has_code =
      code_end == status_code_at + status_code_size && text[status_code_at] != '0';
  if (!has_code || (!has_space && text[code_end] != '\r')) {
    return fail(errc::bad_start_line, "status line: no status code of three digits");
  }
  if (find_control(section_->at(reason_)) != std::string_view::npos) {
    return fail(errc::bad_start_line, "status line: a control character in the reason");
  }
  next_line_ = (reason_.size != 0 ? reason_.end() : code_end + (has_space ? 1 : 0)) + line_end_size;
  start_line_done_ = true;
  return 0;
}

int head_reader::on_name() {
  if (!start_line_done_) {
    return fail(errc::unsupported_version, "request line: no HTTP version at its end");
  }
  if (name_.at != next_line_) {
    return fail(errc::bad_header,
                fmt::format("{}: the line before it ends without CR",
                            section_ == &head_ ? "header field" : "trailer field"));
  }
  if (name_.size == 0) return fail(errc::bad_header, "a header field without a name");
  if (section_->table.entries.size() >= limits_.fields_max) {
    return fail(errc::head_too_large, fmt::format("over {} header fields", limits_.fields_max));
  }
  if (name_.size > std::numeric_limits<std::uint16_t>::max()) {
    return fail(errc::head_too_large, "a header field with an endless name");
  }
  name_done_ = true;
  has_value_ = false;
  return 0;
}

int head_reader::on_value(text_range piece) {
  if (!has_value_) {
    value_ = piece;
    has_value_ = true;
    return 0;
  }
  if (piece.at != value_.end()) return fail(errc::bad_header, where(0) + ": it is folded");
  value_.size += piece.size;
  return 0;
}

/// A field is complete: its line and the first byte of the next are there.
int head_reader::on_field() {
  // llhttp reports an empty value behind its line's end.
  const std::size_t blank_end = value_.size != 0 ? value_.at : value_.at - line_end_size;
  if (!is_blank(name_.end() + 1, blank_end)) {
    return fail(errc::bad_header, where(0) + ": it is folded");
  }
  next_line_ = value_.size != 0 ? value_.end() + line_end_size : value_.at;
  const std::string_view value = trim(section_->at(value_));
  const field_entry entry{
      .name_at = name_.at,
      .value_at = value_.at,  // llhttp has skipped the white space before it
      .value_size = static_cast<std::uint32_t>(value.size()),
      .name_size = static_cast<std::uint16_t>(name_.size),
      .id = identify(section_->at(name_)),
  };
  const bool frames =
      entry.id == field_id::content_length || entry.id == field_id::transfer_encoding;
  if (frames && section_ == &trailers_) {
    return fail(errc::bad_framing, where(0) + ": it cannot come after the body");
  }
  section_->table.push(entry);
  has_name_ = name_done_ = false;
  return 0;
}

/// The empty line at the end of a section is there; `end` is behind it.
int head_reader::on_lines_end(std::size_t end) {
  if (!start_line_done_) {
    return fail(errc::unsupported_version, "request line: no HTTP version at its end");
  }
  if (end != next_line_ + line_end_size) {
    return fail(errc::bad_header, "a line of the head ends without CR");
  }
  return 0;
}

}  // namespace pirn::http::detail
