#include "pirn/sim/host.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/sim/network.hpp"
#include "pirn/sim/special_address.hpp"

namespace pirn::sim {

namespace {

using family = endpoint::family;

// Connecting to the wildcard address means this host.
endpoint without_wildcard(const endpoint& remote) noexcept {
  return is_wildcard(remote) ? loopback_of(remote) : remote;
}

bool is_loopback(const endpoint& at) noexcept {
  if (at.kind() == family::ipv4) return at.ip()[0] == 127;
  return at.ip() == loopback_of(at).ip();
}

}  // namespace

host::host(network& net, host_setup setup)
    : net_(net),
      setup_(std::move(setup)),
      number_(net.join(*this)),
      loopback_(setup_.loopback),
      local_way_(setup_.local_way),
      datagrams_(*this, net.random()) {}

host::~host() {
  PIRN_ASSERT(listeners_.empty(), "a listener may not outlive its driver");
  net_.leave(*this);
}

// ---- addresses ----

bool host::has(const endpoint& address) const noexcept {
  if (setup_.addresses.empty() || is_loopback(address)) return true;
  return std::ranges::any_of(setup_.addresses, [&](const endpoint& mine) {
    return mine.kind() == address.kind() && mine.ip() == address.ip();
  });
}

host* host::find(const endpoint& address) noexcept {
  const endpoint plain = without_mapping(address);
  return has(plain) ? this : net_.find(plain);
}

endpoint host::address_towards(const endpoint& remote) const noexcept {
  const bool to_many = is_multicast(remote) || is_broadcast(remote);
  const endpoint plain = without_mapping(remote);
  if (!to_many && has(plain)) return remote;
  if (setup_.addresses.empty()) return loopback_of(remote);
  for (const endpoint& mine : setup_.addresses) {
    if (mine.kind() != plain.kind()) continue;
    const endpoint shown = mine.with_port(remote.port());
    return plain.kind() == remote.kind() ? shown : with_mapping(shown);
  }
  return {};
}

std::errc host::cannot_bind(const endpoint& local) const noexcept {
  if (!up_) return std::errc::network_down;
  if (local.kind() != family::ipv4 && local.kind() != family::ipv6) return {};
  const bool names_many = is_multicast(local) || is_broadcast(local) || is_wildcard(local);
  return names_many || has(without_mapping(local)) ? std::errc{} : std::errc::address_not_available;
}

line& host::line_to(host& other, bool is_answer) {
  if (&other != this) return net_.line_between(*this, other);
  return loopback_[is_answer ? link::direction::back : link::direction::forth];
}

// ---- programs ----

std::expected<socket_ptr, std::error_code> host::listen(const endpoint& local,
                                                        const listen_options& options) {
  if (const std::errc problem = cannot_bind(local); problem != std::errc{}) {
    return std::unexpected(std::make_error_code(problem));
  }
  auto made = std::make_unique<listener>(*this, options);
  const auto bound =
      ports_.bind(*made, local, {.reuse_port = options.reuse_port, .only_ipv6 = options.only_ipv6});
  if (!bound) return std::unexpected(std::make_error_code(bound.error()));
  made->set_local(*bound);
  listeners_.push_back(*made);
  return socket_ptr(made.release());
}

void host::forget(listener& closed) noexcept {
  ports_.unbind(closed, closed.local());
  listeners_.remove(closed);
  std::unique_ptr<listener> last(&closed);
}

started host::start(connect_operation& request) {
  connection::places places;
  connection::names names;
  if (const int error = choose_places(request.remote, places, names)) {
    request.result = -error;
    return started::done;
  }
  net_.open(places, names).opening.begin(request);
  return started::pending;
}

int host::choose_places(const endpoint& remote, connection::places& places,
                        connection::names& names) {
  using direction = link::direction;
  if (!up_) return ENETDOWN;
  if (remote.kind() == family::none) return EAFNOSUPPORT;
  if (remote.kind() == family::unix_path) {
    names.server = remote;
    places.client = {this, &local_way_[direction::back]};
    places.server = {this, &local_way_[direction::forth]};
    return 0;
  }
  names.server = without_wildcard(remote);
  const endpoint mine = address_towards(names.server);
  if (mine.kind() == family::none) return ENETUNREACH;
  const std::uint16_t port = ports_.lend(names.server);
  if (port == 0) return EADDRNOTAVAIL;
  names.client = mine.with_port(port);
  host* server = find(names.server);
  places.client = {this, server == nullptr ? &net_.nowhere() : &server->line_to(*this, true)};
  places.server = {server, server == nullptr ? &net_.nowhere() : &line_to(*server, false)};
  return 0;
}

// The connection ends as if it had never been; until its client stands, one packet is all that is
// under way.
void host::withdraw(connect_operation& request) noexcept {
  auto& opening = *static_cast<connection*>(request.driver_data.pointer);
  opening.opening.give_up();
  net_.settle_now(opening);
}

std::size_t host::sockets() const noexcept {
  return listeners_.size() + datagrams_.sockets() + net_.ends_held_by(*this);
}

// ---- power ----

void host::go_down() noexcept {
  PIRN_ASSERT(up_, "a host goes down once");
  up_ = false;
  for (listener* each = listeners_.first(); each != nullptr; each = listeners_.next(*each)) {
    each->vanish();
  }
  datagrams_.vanish();
  net_.went_down(*this);
}

void host::come_up() {
  PIRN_ASSERT(!up_, "a host that is up does not come up");
  PIRN_ASSERT(listeners_.empty() && ledger_.outstanding() == 0,
              "a host comes up after its programs have ended");
  up_ = true;
  net_.came_up(*this);
}

}  // namespace pirn::sim
