// stream_socket: one end of a simulated connection.
#pragma once

#include <cstdint>
#include <span>

#include "pirn/core/driver.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/sim/packet.hpp"
#include "pirn/sim/request_ledger.hpp"
#include "pirn/sim/stream_sender.hpp"

namespace pirn::sim {

class connection;
class host;
class line;
class listener;

/// One end of a simulated connection, with the manners of Linux's TCP: what arrived before a reset
/// can still be read; closing with unread bytes, and bytes that come after closing, are answered
/// with a reset; an error is said once, then reading finds the end and sending EPIPE.
///
/// Lifetime: part of its connection.
class stream_socket final : public socket, public list_hook<> {
 public:
  struct buffer_sizes {
    std::uint32_t receive_bytes = 0;
    std::uint32_t send_bytes = 0;
  };

  /// Where an end is: its host, and the line by which packets come to it. Of a server's end that
  /// no host has the address of, nobody.
  struct place {
    host* home;
    line* incoming;
  };

  stream_socket(connection& whole, const place& at, std::uint64_t number) noexcept;

  // As a driver's socket.
  endpoint local() const noexcept override;
  endpoint peer() const noexcept override;
  int shut_down_sending() noexcept override;
  void reset_on_close() noexcept override { reset_on_close_ = true; }
  void release() noexcept override;

  // Requests.
  started start(receive_operation& request);
  started start(receive_leased_operation& request);
  started start(send_operation& request);
  void withdraw_receive() noexcept { receiving_ = nullptr; }
  stream_sender& sender() noexcept { return sender_; }
  const stream_sender& sender() const noexcept { return sender_; }

  // What the network brings.
  void open(const buffer_sizes& mine, const buffer_sizes& others) noexcept;
  void data_arrived(packet& bytes);
  void end_arrived() noexcept;
  void reset_arrived() noexcept;
  /// What was sent has not got through for too long.
  void give_up() noexcept;
  /// The host has lost power: the end is no more, and tells nobody.
  void vanish() noexcept;

  /// The connection's first and second socket have numbers 2n and 2n + 1.
  std::uint64_t number() const noexcept { return number_; }
  connection& whole() const noexcept { return whole_; }
  network& net() const noexcept;
  host* home() const noexcept { return at_.home; }
  line& incoming() const noexcept { return *at_.incoming; }
  request_ledger& ledger() const noexcept;
  stream_socket& other_end() const noexcept;
  bool is_client() const noexcept { return number_ % 2 == 0; }

  /// Whether a program, or its listener, holds it. One that nobody holds still sends what it was
  /// given.
  bool is_held() const noexcept { return held_; }
  void set_held(bool held) noexcept { held_ = held; }
  /// Whether it went down with its host. What is sent to it is answered with a reset.
  bool has_vanished() const noexcept { return vanished_; }
  /// A server's end that went down in its handshake is asked for again.
  void appear() noexcept { vanished_ = false; }

  /// The listener in whose backlog it is, or null.
  listener* backlog() const noexcept { return backlog_; }
  void set_backlog(listener* owner) noexcept { backlog_ = owner; }

  /// Packets may not overtake each other: nothing arrives here before this.
  time_point not_before = time_point::min();

 private:
  enum class phase : std::uint8_t { opening, open, broken };  // broken: a reset came or went

  void fail(int error) noexcept;
  int take_error(int otherwise) noexcept;
  bool cannot_receive(operation& request) noexcept;
  void complete_receive() noexcept;
  int take(std::span<std::byte> into) noexcept;
  int lend(lease& chunk);
  void consumed(std::size_t count);
  void announce();
  void break_off();
  void drop_unread() noexcept;

  connection& whole_;
  place at_;
  std::uint64_t number_;
  stream_sender sender_;
  phase phase_ = phase::opening;
  bool held_ = false;
  bool reset_on_close_ = false;
  bool sending_ended_ = false;  // as the program wanted it
  bool end_arrived_ = false;
  bool vanished_ = false;
  int error_ = 0;  // of a reset, until somebody is told
  listener* backlog_ = nullptr;

  // Receiving.
  intrusive_list<packet> unread_;
  operation* receiving_ = nullptr;
  std::uint32_t announce_at_bytes_ = 0;
  std::uint32_t unannounced_bytes_ = 0;  // taken by the program; the peer was not told yet
};

}  // namespace pirn::sim
