// url: an address on the web that a client can fetch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pirn::http {

/// An absolute http or https URL, taken apart as a client needs it.
///
/// It is a value; equal URLs compare equal after normalisation (scheme and host in lower case, the
/// default port left out, dot segments removed). A fragment is dropped: it is not sent.
class url {
 public:
  /// Source: RFC 3986, read by Boost.URL.
  /// Throws: std::system_error with `errc::bad_url` and a message that names the text and what is
  ///         wrong: no URL, a scheme besides http and https, no host, a bad port, or a user name
  ///         (credentials belong in a field).
  static url parse(std::string_view text);

  /// The URL that a reference (a Location field) means when it is found here: absolute or relative.
  /// Throws: as `parse`.
  url resolve(std::string_view reference) const;

  bool is_https() const noexcept { return https_; }
  std::string_view scheme() const noexcept { return https_ ? "https" : "http"; }
  /// The name or address to connect to; an IPv6 address without its brackets.
  std::string_view host() const noexcept { return host_; }
  /// The port, the scheme's own when the URL has none.
  std::uint16_t port() const noexcept { return port_; }
  /// What goes into the request line: the path, and the query if there is one.
  std::string_view target() const noexcept { return target_; }
  /// The path alone, percent-encoded.
  std::string_view path() const noexcept {
    return std::string_view(target_).substr(0, target_.find('?'));
  }
  /// What goes into the Host field: the host, and the port unless it is the scheme's own.
  std::string host_field() const;
  std::string to_string() const;

  /// True when both have the same scheme, host and port: they can share a connection.
  bool same_origin(const url& other) const noexcept {
    return https_ == other.https_ && port_ == other.port_ && host_ == other.host_;
  }

  friend bool operator==(const url&, const url&) = default;

 private:
  url() = default;

  std::string host_;
  std::string target_;
  std::uint16_t port_ = 0;
  bool https_ = false;
};

}  // namespace pirn::http
