#include "pirn/http/url.hpp"

#include <algorithm>
#include <system_error>

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include "pirn/http/error.hpp"
#include "pirn/http/syntax.hpp"

namespace pirn::http {
namespace {

namespace urls = boost::urls;

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw std::system_error(make_error_code(errc::bad_url), fmt::format("URL {:?}: {}", text, why));
}

std::string_view view(urls::string_view text) noexcept {
  return {text.data(), text.size()};
}

// Decodes what need not be encoded (letters, digits and -._~) and writes the rest of the escapes in
// upper case (RFC 3986 6.2.2). Boost 1.81's normalize() also decodes %2F in paths and %26 in
// queries, which then mean something else.
std::string normalize_escapes(std::string_view encoded) {
  constexpr std::string_view marks = "-._~";
  std::string result;
  for (std::size_t at = 0; at < encoded.size(); ++at) {
    if (encoded[at] != '%') {
      result += encoded[at];
      continue;
    }
    // The parser has seen to it that two hexadecimal digits follow.
    const int byte = detail::hex_value(encoded[at + 1]) * 16 + detail::hex_value(encoded[at + 2]);
    const char decoded = static_cast<char>(byte);
    const char lower = static_cast<char>(decoded | 0x20);
    const bool is_letter = lower >= 'a' && lower <= 'z';
    if (is_letter || detail::is_digit(decoded) || marks.contains(decoded)) {
      result += decoded;
    } else {
      result += fmt::format("%{:02X}", byte);
    }
    at += 2;
  }
  return result;
}

// Takes the segments `.` and `..` out of an absolute path (RFC 3986 5.2.4).
std::string remove_dot_segments(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment != "/." && segment != "/..") {
      result += segment;
      continue;
    }
    if (segment == "/..") result.erase(std::min(result.rfind('/'), result.size()));
    if (path.empty()) result += '/';
  }
  return result;
}

}  // namespace

url url::parse(std::string_view text) {
  const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
  if (parsed.has_error()) refuse(text, "it is no absolute URL");
  // Boost 1.81 takes the x of http://h:80x/ as the beginning of a path.
  const std::string_view raw_path = view(parsed->encoded_path());
  if (parsed->has_authority() && !raw_path.empty() && !raw_path.starts_with('/')) {
    refuse(text, "the port is no number");
  }
  urls::url whole(*parsed);
  whole.normalize_scheme();
  whole.normalize_authority();

  url result;
  result.https_ = whole.scheme_id() == urls::scheme::https;
  if (!result.https_ && whole.scheme_id() != urls::scheme::http) {
    refuse(text, "only http and https are spoken");
  }
  if (whole.has_userinfo()) refuse(text, "a user name in a URL is not supported");
  if (!whole.has_authority() || whole.encoded_host().empty()) refuse(text, "there is no host");
  const bool is_ipv6 = whole.host_type() == urls::host_type::ipv6;
  if (whole.host_type() == urls::host_type::ipvfuture) refuse(text, "no such kind of address");
  result.host_ = is_ipv6 ? whole.host_address() : std::string(view(whole.encoded_host()));

  result.port_ = result.https_ ? https_port : http_port;
  if (whole.has_port() && !whole.port().empty()) {
    result.port_ = whole.port_number();
    if (result.port_ == 0) refuse(text, "the port is not between 1 and 65535");
  }
  std::string path = normalize_escapes(view(whole.encoded_path()));
  if (!path.starts_with('/')) path.insert(0, 1, '/');
  result.target_ = remove_dot_segments(path);
  if (whole.has_query()) {
    result.target_.append("?").append(normalize_escapes(view(whole.encoded_query())));
  }
  return result;
}

// RFC 3986 5.2.2; parse() takes the dot segments out.
url url::resolve(std::string_view reference) const {
  const auto parsed =
      urls::parse_uri_reference(urls::string_view(reference.data(), reference.size()));
  if (parsed.has_error()) refuse(reference, "it is no URL");
  if (parsed->has_scheme()) return parse(reference);
  if (parsed->has_authority()) return parse(std::string(scheme()) + ":" + std::string(reference));
  const std::string_view path_there = view(parsed->encoded_path());
  std::string text = fmt::format("{}://{}", scheme(), host_field());
  if (path_there.empty() && !parsed->has_query()) return parse(text + target_);
  if (path_there.empty()) {
    text += path();
  } else if (path_there.starts_with('/')) {
    text += path_there;
  } else {
    text += path().substr(0, path().rfind('/') + 1);
    text += path_there;
  }
  if (parsed->has_query()) text.append("?").append(view(parsed->encoded_query()));
  return parse(text);
}

std::string url::host_field() const {
  std::string field = host_.find(':') == std::string::npos ? host_ : '[' + host_ + ']';
  if (port_ != (https_ ? https_port : http_port))
    fmt::format_to(std::back_inserter(field), ":{}", port_);
  return field;
}

std::string url::to_string() const {
  return fmt::format("{}://{}{}", scheme(), host_field(), target_);
}

}  // namespace pirn::http
