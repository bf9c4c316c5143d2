#include "pirn/http/message.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "pirn/http/syntax.hpp"

namespace pirn::http {
namespace {

std::unexpected<failure> refuse(errc code, std::string what) {
  return std::unexpected(failure{code, std::move(what)});
}

/// What Content-Length and Transfer-Encoding say; nullopt when there is neither.
std::expected<std::optional<body_framing>, failure> declared_framing(version spoken,
                                                                     const fields_view& fields) {
  const std::size_t lengths = fields.count(field_id::content_length);
  const std::size_t codings = fields.count(field_id::transfer_encoding);
  if (lengths == 0 && codings == 0) return std::nullopt;
  if (lengths > 1) return refuse(errc::bad_framing, "Content-Length is there twice");
  if (codings > 1) return refuse(errc::bad_framing, "Transfer-Encoding is there twice");
  if (lengths + codings == 2) {
    return refuse(errc::bad_framing, "both Content-Length and Transfer-Encoding are there");
  }
  if (lengths == 1) {
    const std::string_view text = *fields.find(field_id::content_length);
    const auto length = detail::parse_number(text);
    if (!length)
      return refuse(errc::bad_framing, fmt::format("Content-Length {:?} is no length", text));
    return body_framing{*length == 0 ? framing::none : framing::length, *length};
  }
  const std::string_view coding = *fields.find(field_id::transfer_encoding);
  if (spoken == version::http_1_0) {
    return refuse(errc::bad_framing, "Transfer-Encoding in an HTTP/1.0 message");
  }
  if (!equal_without_case(coding, "chunked")) {
    return refuse(errc::unsupported_coding,
                  fmt::format("Transfer-Encoding {:?} is not supported", coding));
  }
  return body_framing{framing::chunked, 0};
}

}  // namespace

target_parts split_target(method verb, std::string_view target) noexcept {
  target_parts parts;
  if (verb == method::connect) {
    parts.authority = target;
    return parts;
  }
  if (!target.starts_with('/') && target != "*") {
    const std::size_t scheme = target.find("://");
    if (scheme != std::string_view::npos) target.remove_prefix(scheme + 3);
    parts.authority = target.substr(0, target.find_first_of("/?"));
    target.remove_prefix(parts.authority.size());
  }
  const std::size_t question = target.find('?');
  parts.path = target.substr(0, question);
  if (question != std::string_view::npos) parts.query = target.substr(question + 1);
  if (parts.path.empty()) parts.path = "/";
  return parts;
}

std::string_view request_head::host() const noexcept {
  const std::string_view authority = parts().authority;
  return authority.empty() ? fields.find(field_id::host).value_or("") : authority;
}

bool keeps_alive(version spoken, const fields_view& fields) noexcept {
  if (fields.has_token(field_id::connection, "close")) return false;
  return spoken == version::http_1_1 || fields.has_token(field_id::connection, "keep-alive");
}

std::expected<body_framing, failure> request_framing(method verb, version spoken,
                                                     const fields_view& fields) {
  auto declared = declared_framing(spoken, fields);
  if (!declared) return std::unexpected(std::move(declared).error());
  const body_framing body = declared->value_or(body_framing{});
  if (verb == method::connect && body.kind != framing::none) {
    return refuse(errc::bad_framing, "a CONNECT request with a body");
  }
  return body;
}

std::expected<body_framing, failure> response_framing(method asked, status code, version spoken,
                                                      const fields_view& fields) {
  auto declared = declared_framing(spoken, fields);
  if (!declared) return std::unexpected(std::move(declared).error());
  const bool tunnel = asked == method::connect && is_success(code);
  if (asked == method::head || !may_have_body(code) || tunnel) return body_framing{};
  return declared->value_or(body_framing{framing::until_close, 0});
}

}  // namespace pirn::http
