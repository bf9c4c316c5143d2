// handshake: how a simulated connection is opened.
#pragma once

#include "pirn/core/operation.hpp"
#include "pirn/sim/packet.hpp"
#include "pirn/sim/stream_socket.hpp"

namespace pirn::sim {

class connection;

/// The opening of a connection, packet by packet. One packet makes the whole way, from the client's
/// first to the server's last word; where it is lost, or finds a full backlog, the client asks
/// again after a while.
class handshake {
 public:
  explicit handshake(connection& whole) noexcept : whole_(whole) {}

  /// Takes the request over until the connection stands or has failed.
  void begin(connect_operation& request);
  /// The client wants it no more.
  void give_up() noexcept;
  bool is_under_way() const noexcept { return request_ != nullptr; }

  // What the network brings.
  void syn_arrived(packet& syn);
  void syn_ack_arrived(packet& syn_ack);
  void refusal_arrived(packet& refused) noexcept;
  void ack_arrived(packet& ack);
  /// The packet was lost.
  void lost(packet& gone);
  /// The time has come to ask again.
  void ask_again(packet& syn);

 private:
  void ask(packet& syn);
  void refuse(packet& syn, int error);
  void send(packet& sent, stream_socket& to);
  void wait(packet& until_retry);
  void forget_server() noexcept;

  connection& whole_;
  connect_operation* request_ = nullptr;
  time_point first_try_{};
  unsigned tries_ = 0;
  int refusal_ = 0;
  stream_socket::buffer_sizes client_buffers_;
  stream_socket::buffer_sizes server_buffers_;
};

}  // namespace pirn::sim
