#include "pirn/net/udp_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <net/if.h>

#include "pirn/net/error.hpp"

namespace pirn::net {

namespace {

constexpr std::size_t slot_bytes = 65'536;  // what the kernel keeps together is not larger
// Slots whose first lines all fell into the same sets of a cache would drive each other out.
constexpr std::size_t slot_stride_bytes = slot_bytes + 192;

std::string name_of(const socket& named) {
  const endpoint peer = named.peer();
  if (peer.kind() == endpoint::family::none) return "on " + named.local().to_string();
  return "from " + peer.to_string();
}

}  // namespace

struct udp_socket::inbox_memory {
  std::unique_ptr<std::byte[]> bytes =
      std::make_unique_for_overwrite<std::byte[]>(slots_count * slot_stride_bytes);
  std::array<incoming_datagram, 64> slots;
  std::vector<received_datagram> kept;  // what the last receive brought, cut up
  std::size_t given = 0;                // of these, given out

  static constexpr std::size_t slots_count = 64;

  bool has_kept() const noexcept { return given < kept.size(); }

  std::span<incoming_datagram> empty_slots(std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
      slots[i].bytes = {bytes.get() + i * slot_stride_bytes, slot_bytes};
    }
    return std::span(slots).first(count);
  }

  void cut_up(int count) {
    kept.clear();
    given = 0;
    for (const incoming_datagram& each : std::span(slots).first(static_cast<std::size_t>(count))) {
      std::span<const std::byte> rest = each.bytes;
      while (each.segment_bytes != 0 && rest.size() > each.segment_bytes) {
        kept.push_back({rest.first(each.segment_bytes), &each.peer});
        rest = rest.subspan(each.segment_bytes);
      }
      kept.push_back({rest, &each.peer, each.is_truncated});
    }
  }

  std::span<const received_datagram> give_all() noexcept {
    return std::span(kept).subspan(std::exchange(given, kept.size()));
  }
};

void udp_socket::free_inbox::operator()(inbox_memory* freed) const noexcept {
  std::default_delete<inbox_memory>()(freed);
}

// ---- receiving ----

datagram_wait::datagram_wait(udp_socket& source, std::span<std::byte> room) noexcept
    : source_(source), room_(room) {
  from = &source.raw();
}

std::string datagram_wait::describe() const {
  return "datagram " + name_of(*from);
}

// Once datagrams may come in one piece, they come by the socket's memory.
bool datagram_wait::try_complete() {
  if (source_.has_kept()) {
    operation::result = 0;
    return true;
  }
  one_.bytes = room_;
  into = source_.memory_ ? source_.memory_->empty_slots(1) : std::span(&one_, 1);
  if (waiter()->home().driver().start(*this) == started::done) return true;
  waiter()->home().foreground_started();
  return false;
}

cancel_answer datagram_wait::withdraw() noexcept {
  const cancel_answer answer = waiter()->home().driver().cancel(*this);
  PIRN_ASSERT(answer == cancel_answer::gone, "a receive of datagrams can always be taken back");
  waiter()->home().foreground_ended();
  return answer;
}

void datagram_wait::completed() noexcept {
  waiter()->home().foreground_ended();
  wake();
}

datagram_info datagram_wait::result() {
  if (operation::result < 0) throw failure("receive", name_of(*from), operation::result);
  if (into.data() == &one_) return {one_.bytes.size(), one_.peer, one_.is_truncated};
  udp_socket::inbox_memory& memory = *source_.memory_;
  if (operation::result > 0) memory.cut_up(operation::result);
  const received_datagram& first = memory.kept[memory.given++];
  const std::size_t fits = std::min(first.bytes.size(), room_.size());
  std::copy_n(first.bytes.begin(), fits, room_.begin());
  return {fits, *first.peer, first.is_truncated || fits < first.bytes.size()};
}

datagrams_wait::datagrams_wait(udp_socket& source) noexcept : source_(source) {
  from = &source.raw();
}

std::string datagrams_wait::describe() const {
  return "datagrams " + name_of(*from);
}

bool datagrams_wait::try_complete() {
  udp_socket::inbox_memory& memory = source_.memory();
  if (memory.has_kept()) {
    operation::result = 0;
    return true;
  }
  into = memory.empty_slots(memory.slots.size());
  if (waiter()->home().driver().start(*this) == started::done) return true;
  waiter()->home().foreground_started();
  return false;
}

cancel_answer datagrams_wait::withdraw() noexcept {
  const cancel_answer answer = waiter()->home().driver().cancel(*this);
  PIRN_ASSERT(answer == cancel_answer::gone, "a receive of datagrams can always be taken back");
  waiter()->home().foreground_ended();
  return answer;
}

void datagrams_wait::completed() noexcept {
  waiter()->home().foreground_ended();
  wake();
}

std::span<const received_datagram> datagrams_wait::result() {
  if (operation::result < 0) throw failure("receive", name_of(*from), operation::result);
  if (operation::result > 0) source_.memory_->cut_up(operation::result);
  return source_.memory_->give_all();
}

// ---- sending ----

datagrams_send::datagrams_send(udp_socket& target, std::span<const std::byte> bytes,
                               const endpoint* peer) noexcept
    : one_{bytes, peer} {
  to = &target.raw();
  datagrams = std::span(&one_, 1);
}

datagrams_send::datagrams_send(udp_socket& target,
                               std::span<const outgoing_datagram> all) noexcept {
  to = &target.raw();
  datagrams = all;
}

std::string datagrams_send::describe() const {
  return "send of " + std::to_string(datagrams.size()) + " datagrams";
}

bool datagrams_send::try_complete() {
  if (waiter()->home().driver().start(*this) == started::done) return true;
  waiter()->home().foreground_started();
  return false;
}

cancel_answer datagrams_send::withdraw() noexcept {
  const cancel_answer answer = waiter()->home().driver().cancel(*this);
  PIRN_ASSERT(answer == cancel_answer::gone, "a send of datagrams can always be taken back");
  waiter()->home().foreground_ended();
  return answer;
}

void datagrams_send::completed() noexcept {
  waiter()->home().foreground_ended();
  wake();
}

void datagrams_send::fail() const {
  const outgoing_datagram& failed = datagrams[sent];
  const endpoint peer = failed.to != nullptr ? *failed.to : to->peer();
  throw failure("send to", peer.to_string(), operation::result);
}

// ---- the socket ----

socket_ptr udp_socket::bind(const endpoint& local, const datagram_options& options) {
  auto opened = loop::current().driver().open_datagrams(local, options);
  if (!opened) throw failure("bind", local.to_string(), opened.error().value());
  return *std::move(opened);
}

udp_socket::udp_socket(const endpoint& local, const datagram_options& options)
    : socket_(bind(local, options)) {}

udp_socket::udp_socket(const worker& me, const endpoint& local, datagram_options options) {
  if (me.count() > 1) options.reuse_port = true;
  const endpoint agreed = me.agree([&] {
    socket_ = bind(local, options);
    return socket_->local();
  });
  if (socket_ == nullptr) socket_ = bind(agreed, options);
}

void udp_socket::close() noexcept {
  socket_.reset();
  memory_.reset();
}

udp_socket::inbox_memory& udp_socket::memory() {
  if (memory_ == nullptr) {
    memory_.reset(std::make_unique<inbox_memory>().release());
    raw().set(datagram_setting::coalescing, 1);  // where it cannot, each comes for itself
  }
  return *memory_;
}

bool udp_socket::has_kept() const noexcept {
  return memory_ != nullptr && memory_->has_kept();
}

void udp_socket::connect(const endpoint& peer) {
  const int error = raw().connect(peer);
  if (error < 0) throw failure("connect", peer.to_string(), error);
}

void udp_socket::join_group(const endpoint& group, unsigned interface_index) {
  const int error = raw().change(membership::join, group, interface_index);
  if (error < 0) throw failure("join", group.host(), error);
}

void udp_socket::leave_group(const endpoint& group, unsigned interface_index) {
  const int error = raw().change(membership::leave, group, interface_index);
  if (error < 0) throw failure("leave", group.host(), error);
}

void udp_socket::set(datagram_setting what, int value, const char* name) {
  const int error = raw().set(what, value);
  if (error < 0) throw failure(name, "of " + local().to_string(), error);
}

void udp_socket::set_multicast_hops(int hops) {
  set(datagram_setting::multicast_hops, hops, "multicast hops");
}
void udp_socket::set_multicast_loop(bool heard) {
  set(datagram_setting::multicast_loop, heard ? 1 : 0, "multicast loop");
}
void udp_socket::set_multicast_interface(unsigned interface_index) {
  set(datagram_setting::multicast_interface, static_cast<int>(interface_index),
      "multicast interface");
}

udp_socket connect_udp(const endpoint& peer, const datagram_options& options) {
  const bool ipv6 = peer.kind() == endpoint::family::ipv6;
  udp_socket made(ipv6 ? endpoint::ipv6({}, 0) : endpoint::ipv4({}, 0), options);
  made.connect(peer);
  return made;
}

unsigned interface_index(const std::string& name) {
  const unsigned index = ::if_nametoindex(name.c_str());
  if (index == 0) throw failure("interface", name, errno);
  return index;
}

}  // namespace pirn::net
