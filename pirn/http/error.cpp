#include "pirn/http/error.hpp"

namespace pirn::http {
namespace {

const char* sentence(errc code) noexcept {
  switch (code) {
    case errc::bad_start_line:
      return "bad start line";
    case errc::unknown_method:
      return "unknown method";
    case errc::unsupported_version:
      return "unsupported HTTP version";
    case errc::bad_header:
      return "bad header field";
    case errc::bad_framing:
      return "bad message framing";
    case errc::unsupported_coding:
      return "unsupported transfer coding";
    case errc::bad_chunk:
      return "bad chunk";
    case errc::target_too_long:
      return "request target too long";
    case errc::head_too_large:
      return "message head too large";
    case errc::body_too_large:
      return "message body too large";
    case errc::cut_short:
      return "message cut short";
    case errc::bad_url:
      return "bad URL";
  }
  return "unknown HTTP error";
}

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "http"; }
  std::string message(int code) const override { return sentence(static_cast<errc>(code)); }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const category instance;
  return instance;
}

std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

status status_for(errc code) noexcept {
  switch (code) {
    case errc::unknown_method:
    case errc::unsupported_coding:
      return status::not_implemented;
    case errc::unsupported_version:
      return status::http_version_not_supported;
    case errc::target_too_long:
      return status::uri_too_long;
    case errc::head_too_large:
      return status::request_header_fields_too_large;
    case errc::body_too_large:
      return status::content_too_large;
    case errc::bad_start_line:
    case errc::bad_header:
    case errc::bad_framing:
    case errc::bad_chunk:
    case errc::cut_short:
    case errc::bad_url:
      return status::bad_request;
  }
  return status::bad_request;
}

std::system_error failure::as_exception(const std::string& operation) const {
  return {make_error_code(code), operation + ": " + what};
}

}  // namespace pirn::http
