// outage: what becomes of packets where a way lets nothing through, and of those whose host is
// gone.

#include "pirn/sim/host.hpp"
#include "pirn/sim/network.hpp"

namespace pirn::sim {

namespace {

bool is_of_handshake(const packet& sent) noexcept {
  return sent.kind == decision::syn || sent.kind == decision::syn_ack ||
         sent.kind == decision::refused;
}

}  // namespace

// It stays with its connection, out of the event queue, until the way is open again; for a socket
// that is gone nobody would send it again.
void network::wait_for_line(packet& sent) {
  stream_socket& to = *sent.to;
  to.other_end().sender().stall();
  if (to.other_end().has_vanished() && to.incoming().loses_all()) drop_waiting(to);
}

// The way was closed while the packet was on it. Those behind it wait too: should the way open
// before they come, they must not overtake it.
void network::stopped_short(packet& there) {
  stream_socket& to = *there.to;
  connection& on = to.whole();
  if (!is_of_handshake(there)) {
    for (packet* each = on.under_way.first(); each != nullptr; each = on.under_way.next(*each)) {
      if (each->to == &to && each->is_armed()) events().remove(*each);
    }
    wait_for_line(there);
  } else if (to.incoming().loses_all()) {
    on.under_way.remove(there);
    on.opening.lost(there);
  }
  settle(on);
}

// As a kernel answers for a connection that it does not know.
void network::answer_for_vanished(packet& there) {
  stream_socket& from = there.to->other_end();
  if (there.kind == decision::reset || from.has_vanished()) return packets_.put(there);
  there.kind = decision::reset;
  there.size = there.used = 0;
  transmit(there, from);
}

void network::unblock(line& blocked, line::obstacle what) {
  if (!blocked.is_blocked_by(what)) return;
  blocked.unblock(what);
  if (!blocked.is_open()) return;
  const bool was_clogged = what == line::obstacle::clog;
  for (connection* each = connections_.first(); each != nullptr;) {
    connection& one = *each;
    each = connections_.next(one);
    for (stream_socket* end : {&one.client, &one.server}) {
      if (&end->incoming() != &blocked) continue;
      const duration until_retry = end->other_end().sender().until_retry();
      resume(*end, was_clogged ? duration::zero() : until_retry);
    }
  }
  for (host* each : hosts_) {
    if (each != nullptr) each->datagrams().resume(blocked);
  }
}

// What was sent to this end goes on, and what its peer told it.
void network::resume(stream_socket& end, duration retry_after) {
  connection& on = end.whole();
  for (packet* each = on.under_way.first(); each != nullptr; each = on.under_way.next(*each)) {
    if (each->to == &end && !each->is_armed()) put_on_line(*each, retry_after);
  }
  end.sender().hear_missed(end.incoming().arrival_of_feedback(events().now()));
  for (stream_socket* each : {&end, &end.other_end()}) {
    const bool may_send = each->other_end().incoming().is_open();
    if (may_send && !each->sender().has_missed()) each->sender().go_on();
  }
}

// Drops what was sent to this end and waits for the way to open; but not what a kernel says for a
// socket that is gone, which it says whenever it is asked.
void network::drop_waiting(stream_socket& to) noexcept {
  intrusive_list<packet>& all = to.whole().under_way;
  for (packet* each = all.first(); each != nullptr;) {
    packet& one = *each;
    each = all.next(one);
    const bool is_kernel_s = one.kind == decision::reset && to.other_end().has_vanished();
    if (one.to == &to && !one.is_armed() && !is_kernel_s) drop(one);
  }
}

void network::given_up(stream_socket& end) noexcept {
  connection& on = end.whole();
  end.give_up();
  drop_waiting(end.other_end());
  settle(on);
}

// ---- hosts without power ----

void network::went_down(host& powerless) noexcept {
  for (host* each : hosts_) {
    if (each == nullptr || each == &powerless) continue;
    line* way = ways_.find(each->number(), powerless.number());
    if (way != nullptr) way->block(line::obstacle::host_down);
  }
  for (connection* each = connections_.first(); each != nullptr;) {
    connection& one = *each;
    each = connections_.next(one);
    vanish(one, powerless);
  }
}

void network::vanish(connection& on, const host& powerless) noexcept {
  bool is_concerned = false;
  for (stream_socket* end : {&on.client, &on.server}) {
    if (end->home() != &powerless) continue;
    is_concerned = true;
    end->vanish();
    if (end->other_end().incoming().loses_all()) drop_waiting(end->other_end());
  }
  if (is_concerned) settle(on);
}

void network::came_up(host& again) {
  for (host* each : hosts_) {
    if (each == nullptr || each == &again) continue;
    line* way = ways_.find(each->number(), again.number());
    if (way != nullptr) unblock(*way, line::obstacle::host_down);
  }
}

}  // namespace pirn::sim
