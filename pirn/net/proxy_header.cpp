#include "pirn/net/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "pirn/base/assert.hpp"

namespace pirn::net {

namespace {

constexpr std::string_view v1_begin = "PROXY ";
constexpr std::string_view v2_signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t v1_max_bytes = 107;
constexpr std::size_t v2_fixed_bytes = 16;
constexpr std::size_t unix_address_bytes = 108;

/// Version 2's address families, by their numbers.
enum class family : unsigned { unspecified, ipv4, ipv6, unix_path };

std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint16_t number_at(std::span<const std::byte> bytes, std::size_t at) noexcept {
  const auto high = std::to_integer<unsigned>(bytes[at]);
  return static_cast<std::uint16_t>(high << 8U | std::to_integer<unsigned>(bytes[at + 1]));
}

/// Takes bytes from the front.
std::span<const std::byte> take(std::span<const std::byte>& rest, std::size_t count) noexcept {
  const auto taken = rest.first(count);
  rest = rest.subspan(count);
  return taken;
}

/// The next of the words that single spaces separate.
std::string_view take_word(std::string_view& line) noexcept {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(word.size() + 1, line.size()));
  return word;
}

std::optional<std::uint16_t> port_in(std::string_view text) noexcept {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (error != std::errc{} || end != text.data() + text.size() || leading_zero) return std::nullopt;
  return port;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> ip_in(std::span<const std::byte> bytes) noexcept {
  std::array<std::uint8_t, Size> ip;
  std::ranges::transform(bytes.first(Size), ip.begin(),
                         [](std::byte each) { return std::to_integer<std::uint8_t>(each); });
  return ip;
}

/// A path ends at its NUL, an abstract name at the NULs behind it.
/// Returns: none of an unnamed socket, and of a name that no address has room for.
endpoint unix_endpoint(std::span<const std::byte> bytes) {
  std::string_view name = text_of(bytes);
  if (name.front() != '\0') {
    name = name.substr(0, name.find('\0'));
  } else {
    name = name.substr(0, name.find_last_not_of('\0') + 1);
  }
  if (name.empty() || name.size() > endpoint::path_max_bytes) return {};
  return endpoint::unix_socket(name);
}

}  // namespace

std::optional<std::string_view> proxy_header::find(proxy_field type) const noexcept {
  const auto found = std::ranges::find(fields, type, &field::type);
  if (found == fields.end()) return std::nullopt;
  return found->value;
}

std::span<std::byte> proxy_parser::room() noexcept {
  if (state_ == state::complete || state_ == state::wrong) return {};
  return std::span(bytes_).subspan(filled_);
}

void proxy_parser::add(std::size_t count) {
  PIRN_ASSERT(count <= room().size(), "no more was wanted");
  filled_ += count;
  // A step may want no byte more: the rest of a header without addresses is empty.
  while (filled_ == bytes_.size() && state_ != state::complete && state_ != state::wrong) go_on();
}

void proxy_parser::go_on() {
  switch (state_) {
    case state::signature:
      return begin();
    case state::line:
      return read_line();
    case state::fixed_part:
      return read_fixed_part();
    case state::rest:
      return read_rest();
    case state::complete:
    case state::wrong:
      return;
  }
}

void proxy_parser::want(state next, std::size_t size_bytes) {
  if (size_bytes > size_max_bytes_) return fail("it is too long");
  state_ = next;
  bytes_.resize(size_bytes);
}

void proxy_parser::fail(std::string_view reason) noexcept {
  state_ = state::wrong;
  error_ = reason;
}

// A version 1 is at least three bytes longer than the signature.
void proxy_parser::begin() {
  const std::string_view text = text_of(bytes_);
  if (text == v2_signature) return want(state::fixed_part, v2_fixed_bytes);
  if (text.starts_with(v1_begin)) return want(state::line, text.size() + 1);
  fail("there is none");
}

// Version 1: "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n". Where its line ends is not known
// before, so it is read byte by byte.
void proxy_parser::read_line() {
  std::string_view line = text_of(bytes_);
  if (!line.ends_with("\r\n")) {
    if (line.size() >= v1_max_bytes) return fail("its line does not end");
    return want(state::line, line.size() + 1);
  }
  line.remove_suffix(2);
  line.remove_prefix(v1_begin.size());
  const std::string_view protocol = take_word(line);
  if (protocol == "UNKNOWN") {
    state_ = state::complete;
    return;
  }
  if (protocol != "TCP4" && protocol != "TCP6") return fail("its protocol is not known");
  const auto kind = protocol == "TCP4" ? endpoint::family::ipv4 : endpoint::family::ipv6;
  const std::string_view source = take_word(line);
  const std::string_view destination = take_word(line);
  const auto source_port = port_in(take_word(line));
  const auto destination_port = port_in(line);
  if (!source_port || !destination_port) return fail("a port is no number");
  const auto from = endpoint::parse_ip(source, *source_port);
  const auto to = endpoint::parse_ip(destination, *destination_port);
  if (!from || !to || from->kind() != kind || to->kind() != kind) {
    return fail("an address is not of its protocol");
  }
  header_.source = *from;
  header_.destination = *to;
  state_ = state::complete;
}

void proxy_parser::read_fixed_part() {
  const auto version_and_command = std::to_integer<unsigned>(bytes_[12]);
  if (version_and_command >> 4U != 2) return fail("its version is not known");
  if ((version_and_command & 15U) > 1) return fail("its command is not known");
  header_.is_local = (version_and_command & 15U) == 0;
  want(state::rest, v2_fixed_bytes + number_at(bytes_, 14));
}

void proxy_parser::read_rest() {
  std::span<const std::byte> rest = std::span(bytes_).subspan(v2_fixed_bytes);
  // What a proxy that speaks for itself adds is to be skipped.
  if (!header_.is_local) read_addresses(rest);
  if (state_ == state::wrong) return;
  state_ = state::complete;
  if (!header_.is_local) read_fields(rest);
}

void proxy_parser::read_addresses(std::span<const std::byte>& rest) {
  const auto family_and_transport = std::to_integer<unsigned>(bytes_[13]);
  const unsigned family_number = family_and_transport >> 4U;
  const unsigned transport = family_and_transport & 15U;
  constexpr std::array<std::size_t, 4> address_bytes{0, 4, 16, unix_address_bytes};
  if (family_number >= address_bytes.size()) return fail("its address family is not known");
  if (transport > 2) return fail("its transport is not known");
  header_.is_datagram = transport == 2;
  const auto kind = static_cast<family>(family_number);
  const std::size_t size_bytes = address_bytes[family_number];
  const std::size_t ports_bytes = kind == family::ipv4 || kind == family::ipv6 ? 4 : 0;
  if (rest.size() < 2 * size_bytes + ports_bytes) return fail("its addresses are cut short");
  const auto source = take(rest, size_bytes);
  const auto destination = take(rest, size_bytes);
  const auto ports = take(rest, ports_bytes);
  switch (kind) {
    case family::ipv4:
      header_.source = endpoint::ipv4(ip_in<4>(source), number_at(ports, 0));
      header_.destination = endpoint::ipv4(ip_in<4>(destination), number_at(ports, 2));
      return;
    case family::ipv6:
      header_.source = endpoint::ipv6(ip_in<16>(source), number_at(ports, 0));
      header_.destination = endpoint::ipv6(ip_in<16>(destination), number_at(ports, 2));
      return;
    case family::unix_path:
      header_.source = unix_endpoint(source);
      header_.destination = unix_endpoint(destination);
      return;
    case family::unspecified:
      return;  // the proxy does not know
  }
}

void proxy_parser::read_fields(std::span<const std::byte> rest) {
  while (!rest.empty()) {
    if (rest.size() < 3) return fail("a field is cut short");
    const auto head = take(rest, 3);
    const std::size_t size_bytes = number_at(head, 1);
    if (rest.size() < size_bytes) return fail("a field is cut short");
    const auto type = static_cast<proxy_field>(std::to_integer<std::uint8_t>(head[0]));
    header_.fields.push_back({type, std::string(text_of(take(rest, size_bytes)))});
  }
}

}  // namespace pirn::net
