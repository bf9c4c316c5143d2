#include "pirn/http/url.hpp"

#include <system_error>

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include "pirn/http/error.hpp"

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
  whole.normalize();

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
  result.target_ = view(whole.encoded_path());
  if (!result.target_.starts_with('/')) result.target_.insert(0, 1, '/');
  if (whole.has_query()) result.target_.append("?").append(view(whole.encoded_query()));
  return result;
}

url url::resolve(std::string_view reference) const {
  const std::string base = to_string();
  const auto parsed_base = urls::parse_uri(base);
  const auto parsed =
      urls::parse_uri_reference(urls::string_view(reference.data(), reference.size()));
  if (parsed.has_error()) refuse(reference, "it is no URL");
  urls::url whole;
  if (urls::resolve(*parsed_base, *parsed, whole).has_error()) {
    refuse(reference, fmt::format("it cannot be resolved against {}", base));
  }
  return parse(view(whole.buffer()));
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
