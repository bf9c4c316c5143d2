// datagram_socket: a simulated socket that sends and receives datagrams.
#pragma once

#include <cstdint>
#include <vector>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/driver.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/sim/datagram.hpp"

namespace pirn::sim {

class datagram_exchange;

/// A datagram socket with the manners of Linux's UDP: a queue of bounded size, beyond which what
/// arrives is lost; one that is connected hears its peer only, and of a refusal once.
class datagram_socket final : public socket, public list_hook<> {
 public:
  datagram_socket(datagram_exchange& home, const datagram_options& options,
                  std::uint64_t number) noexcept;

  // As a driver's socket.
  endpoint local() const noexcept override { return local_; }
  endpoint peer() const noexcept override { return peer_; }
  int shut_down_sending() noexcept override { return -EOPNOTSUPP; }
  void reset_on_close() noexcept override {}
  int connect(const endpoint& remote) noexcept override;
  int set(datagram_setting what, int value) noexcept override;
  int change(membership how, const endpoint& group, unsigned interface_index) noexcept override;
  void release() noexcept override;

  // Requests.
  started start(receive_datagrams_operation& request);
  started start(send_datagrams_operation& request);
  void withdraw_receive() noexcept { receiving_ = nullptr; }

  // What the exchange brings.
  void set_local(const endpoint& at) noexcept { local_ = at; }
  bool is_member(const endpoint& group) const noexcept;
  bool hears_its_own() const noexcept { return loops_back_; }
  /// Takes the datagram, or drops it: one that is not for it, or finds no room.
  void arrived(datagram& there) noexcept;
  void refused(const endpoint& by) noexcept;
  /// Forgets what was not received: its host has lost power.
  void vanish() noexcept;
  std::uint64_t number() const noexcept { return number_; }

 private:
  int send(const outgoing_datagram& one);
  int take(std::span<incoming_datagram> into) noexcept;

  static constexpr std::size_t queue_max_bytes = 208 * 1024;  // Linux's rmem_default
  static constexpr std::size_t overhead_bytes = 512;          // that each one counts beside its own

  datagram_exchange& home_;
  endpoint local_;
  endpoint peer_;
  intrusive_list<datagram> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t room_bytes_;
  receive_datagrams_operation* receiving_ = nullptr;
  std::vector<endpoint> groups_;
  int error_ = 0;  // to be told once
  bool broadcasts_;
  bool loops_back_ = true;
  std::uint64_t number_;
};

}  // namespace pirn::sim
