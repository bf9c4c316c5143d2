#include "pirn/http/serialize.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "pirn/base/assert.hpp"
#include "pirn/http/syntax.hpp"

namespace pirn::http {
namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view chunked_line = "Transfer-Encoding: chunked\r\n";
constexpr std::string_view length_name = "Content-Length: ";
constexpr std::string_view close_line = "Connection: close\r\n";
constexpr std::string_view keep_alive_line = "Connection: keep-alive\r\n";
constexpr std::size_t number_max_bytes = 20;
/// More than all that a head has besides what its caller brings along.
constexpr std::size_t fixed_max_bytes = 160;

/// Writes to memory that is known to suffice.
class text_writer {
 public:
  explicit text_writer(char* at) noexcept : at_(at) {}

  text_writer& put(std::string_view text) noexcept {
    at_ += text.copy(at_, text.size());
    return *this;
  }
  text_writer& put(std::uint64_t number) noexcept {
    at_ = std::to_chars(at_, at_ + number_max_bytes, number).ptr;
    return *this;
  }
  char* end() const noexcept { return at_; }

 private:
  char* at_;
};

void refuse_framing_fields(const fields& fields) {
  for (const field_id id : {field_id::content_length, field_id::transfer_encoding}) {
    if (!fields.contains(id)) continue;
    throw std::invalid_argument(
        fmt::format("header field {}: it is written from the body's framing", to_string(id)));
  }
}

/// Throws when `text` has a character that could end its place in the first line, or in a field.
void check_words(std::string_view what, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7f) continue;
    throw std::invalid_argument(
        fmt::format("{} {:?}: it has a space or a control character (0x{:02x})", what, text, byte));
  }
}

void put_framing(text_writer& out, const body_framing& body, bool write_zero) noexcept {
  switch (body.kind) {
    case framing::none:
      if (write_zero) out.put(length_name).put(std::uint64_t{0}).put(crlf);
      return;
    case framing::length:
      out.put(length_name).put(body.length).put(crlf);
      return;
    case framing::chunked:
      out.put(chunked_line);
      return;
    case framing::until_close:
      return;
  }
}

/// Grows `out` by at most `size_max_bytes`, written by `write(text_writer&)`.
template <class Write>
void append_at_most(std::string& out, std::size_t size_max_bytes, Write write) {
  const std::size_t old_size = out.size();
  const std::size_t wanted = old_size + size_max_bytes;
  if (wanted > out.capacity()) out.reserve(std::max(wanted, 2 * out.capacity()));
  out.resize_and_overwrite(wanted, [&](char* data, std::size_t) noexcept {
    text_writer to(data + old_size);
    write(to);
    return static_cast<std::size_t>(to.end() - data);
  });
}

bool expects_body(method verb) noexcept {
  return verb == method::post || verb == method::put || verb == method::patch;
}

}  // namespace

void append_response_head(std::string& out, const response_line& line, const fields& fields) {
  PIRN_ASSERT(line.body.kind != framing::chunked || line.peer != version::http_1_0,
              "a peer of version 1.0 knows no chunks");
  PIRN_ASSERT(to_int(line.status) >= 100 && to_int(line.status) <= 999,
              "a status has three digits");
  refuse_framing_fields(fields);
  const std::string_view phrase = line.reason.empty() ? reason(line.status) : line.reason;
  if (detail::find_control(phrase) != std::string_view::npos) {
    throw std::invalid_argument(fmt::format("reason {:?}: it has a control character", phrase));
  }
  const bool frames = may_have_body(line.status);
  const bool keeps = line.keep_alive && line.body.kind != framing::until_close;
  const std::string_view date =
      fields.contains(field_id::date) ? std::string_view() : line.date_line;
  const std::string_view lines = fields.wire_text();
  const std::size_t size_max = fixed_max_bytes + phrase.size() + date.size() + lines.size();
  append_at_most(out, size_max, [&](text_writer& to) noexcept {
    to.put("HTTP/1.1 ").put(static_cast<std::uint64_t>(line.status)).put(" ").put(phrase).put(crlf);
    to.put(date);
    // 304 may tell the length that 200 would have had; 1xx and 204 must not (RFC 9110 8.6).
    if (frames || (line.status == status::not_modified && line.body.kind == framing::length)) {
      put_framing(to, line.body, /*write_zero=*/frames);
    }
    if (!keeps) {
      to.put(close_line);
    } else if (line.peer == version::http_1_0 && !fields.contains(field_id::connection)) {
      to.put(keep_alive_line);
    }
    to.put(lines).put(crlf);
  });
}

void append_request_head(std::string& out, const request_line& line, const fields& fields) {
  PIRN_ASSERT(line.body.kind != framing::until_close, "a request's body has a length or chunks");
  PIRN_ASSERT(!line.target.empty(), "a request has a target");
  refuse_framing_fields(fields);
  check_words("request target", line.target);
  check_words("host", line.host);
  const std::string_view lines = fields.wire_text();
  const std::size_t size_max =
      fixed_max_bytes + line.target.size() + line.host.size() + lines.size();
  append_at_most(out, size_max, [&](text_writer& to) noexcept {
    to.put(to_string(line.method)).put(" ").put(line.target).put(" HTTP/1.1\r\n");
    if (!fields.contains(field_id::host)) to.put("Host: ").put(line.host).put(crlf);
    put_framing(to, line.body, /*write_zero=*/expects_body(line.method));
    if (!line.keep_alive) to.put(close_line);
    to.put(lines).put(crlf);
  });
}

chunk_head::chunk_head(std::size_t size_bytes) noexcept {
  PIRN_ASSERT(size_bytes > 0, "a chunk of no bytes ends the body");
  char* const end = std::to_chars(text_.data(), text_.data() + 16, size_bytes, 16).ptr;
  crlf.copy(end, crlf.size());
  size_ = static_cast<std::uint8_t>(end - text_.data() + 2);
}

void append_last_chunk(std::string& out, const fields& trailers) {
  refuse_framing_fields(trailers);
  out.append("0\r\n").append(trailers.wire_text()).append(crlf);
}

}  // namespace pirn::http
