#include "pirn/sim/port_table.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "pirn/base/hash.hpp"
#include "pirn/sim/special_address.hpp"

namespace pirn::sim {

namespace {

using family = endpoint::family;

constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// A listener on [::] answers to IPv4 too, unless it was told not to.
bool is_dual(const endpoint& at, const port_table::bind_options& options) noexcept {
  return at.kind() == family::ipv6 && is_wildcard(at) && !options.only_ipv6;
}

// How exactly a binding names an address: 0 not at all, 3 by that very address.
int exactness(const endpoint& bound, const port_table::bind_options& options,
              const endpoint& asked) noexcept {
  if (bound.kind() == asked.kind())
    return bound.ip() == asked.ip() ? 3 : is_wildcard(bound) ? 2 : 0;
  return is_dual(bound, options) ? 1 : 0;
}

std::uint64_t hash_of(const endpoint& remote, std::uint16_t port) noexcept {
  running_hash hash;
  for (std::uint8_t byte : remote.ip()) hash.add(byte);
  hash.add(remote.port());
  hash.add(port);
  return hash.value();
}

}  // namespace

endpoint without_mapping(const endpoint& from) noexcept {
  if (from.kind() != family::ipv6 ||
      !std::ranges::equal(mapped_prefix, std::span(from.ip()).first(12))) {
    return from;
  }
  const auto& ip = from.ip();
  return endpoint::ipv4({ip[12], ip[13], ip[14], ip[15]}, from.port());
}

endpoint with_mapping(const endpoint& from) noexcept {
  if (from.kind() != family::ipv4) return from;
  std::array<std::uint8_t, 16> ip{};
  std::ranges::copy(mapped_prefix, ip.begin());
  std::copy_n(from.ip().begin(), 4, ip.begin() + 12);
  return endpoint::ipv6(ip, from.port());
}

std::expected<endpoint, std::errc> port_table::bind(socket& owner, const endpoint& local,
                                                    const bind_options& options) {
  switch (local.kind()) {
    case family::none:
      return std::unexpected(std::errc::address_family_not_supported);
    case family::unix_path:
      if (!by_path_.try_emplace(std::string(local.path()), &owner).second) {
        return std::unexpected(std::errc::address_in_use);
      }
      return local;
    case family::ipv4:
    case family::ipv6:
      break;
  }
  endpoint wanted = local;
  if (local.port() == 0) {
    unsigned tries = last_port - first_port + 1;
    do {
      if (tries-- == 0) return std::unexpected(std::errc::address_in_use);
      wanted = local.with_port(next_port());
    } while (by_port_.contains(wanted.port()));
  } else if (!is_free(wanted, options)) {
    return std::unexpected(std::errc::address_in_use);
  }
  by_port_.emplace(wanted.port(), binding{wanted, &owner, options});
  return wanted;
}

bool port_table::is_free(const endpoint& wanted, const bind_options& options) const noexcept {
  const auto [first, last] = by_port_.equal_range(wanted.port());
  return std::none_of(first, last, [&](const auto& entry) {
    const binding& other = entry.second;
    if (options.reuse_port && other.options.reuse_port) return false;
    return exactness(other.local, other.options, wanted) != 0 ||
           exactness(wanted, options, other.local) != 0;
  });
}

void port_table::unbind(const socket& owner, const endpoint& local) noexcept {
  if (local.kind() == family::unix_path) {
    by_path_.erase(by_path_.find(local.path()));
    return;
  }
  const auto [first, last] = by_port_.equal_range(local.port());
  by_port_.erase(
      std::find_if(first, last, [&](const auto& entry) { return entry.second.owner == &owner; }));
}

socket* port_table::find(const endpoint& remote) noexcept {
  if (remote.kind() == family::unix_path) {
    const auto found = by_path_.find(remote.path());
    return found == by_path_.end() ? nullptr : found->second;
  }
  const endpoint asked = without_mapping(remote);
  const auto [first, last] = by_port_.equal_range(asked.port());
  int best = 1;
  std::uint64_t sharers = 0;
  for (auto each = first; each != last; ++each) {
    const int fit = exactness(each->second.local, each->second.options, asked);
    if (fit > best) sharers = 0;
    best = std::max(best, fit);
    sharers += fit == best;
  }
  if (sharers == 0) return nullptr;
  std::uint64_t skipped = sharers == 1 ? 0 : turn_++ % sharers;
  for (auto each = first;; ++each) {
    if (exactness(each->second.local, each->second.options, asked) != best) continue;
    if (skipped-- == 0) return each->second.owner;
  }
}

std::uint16_t port_table::lend(const endpoint& remote) {
  for (unsigned tries = last_port - first_port + 1; tries > 0; --tries) {
    const std::uint16_t port = next_port();
    if (!by_port_.contains(port) && lent_.insert(hash_of(remote, port)).second) return port;
  }
  return 0;
}

void port_table::give_back(const endpoint& remote, std::uint16_t port) noexcept {
  lent_.erase(hash_of(remote, port));
}

std::uint16_t port_table::next_port() noexcept {
  last_given_ = last_given_ == last_port ? first_port : static_cast<std::uint16_t>(last_given_ + 1);
  return last_given_;
}

}  // namespace pirn::sim
