// stream_sender: the sending half of a simulated stream.
#pragma once

#include <cstdint>
#include <vector>

#include "pirn/core/driver.hpp"
#include "pirn/sim/packet.hpp"

namespace pirn::sim {

/// What one end of a stream keeps of the bytes that it sends: a send buffer, what it knows of the
/// peer's window, and the request that waits for room.
///
/// Bytes are in the send buffer until the peer has acknowledged them; of these so many may be on
/// their way or unread as the peer's window allows. Acknowledgements and window updates are no
/// events of their own: they are noted with the moment at which they will be heard, and become an
/// event only when something waits for them. So a message costs one event, not three.
class stream_sender final : public simulated_event {
 public:
  /// What the peer tells: bytes that have arrived, and bytes that its program has taken.
  struct feedback {
    std::uint32_t acknowledged_bytes = 0;
    std::uint32_t window_bytes = 0;
  };
  struct limits {
    std::uint32_t buffer_bytes;
    std::uint32_t window_bytes;
  };

  stream_sender(network& net, stream_socket& from) noexcept
      : net_(net), from_(from), patience_end_(from) {}

  /// The connection stands.
  /// Requires: neither limit is 0.
  void open(const limits& both) noexcept;

  /// Takes as many of the bytes as fit, and the request until all have.
  started start(send_operation& request);
  /// Gives up the request that waits.
  void withdraw() noexcept;

  /// Nothing more will be sent: the end of the stream follows what was taken. A request that waits
  /// fails.
  void finish();
  /// Drops all that has not left yet.
  /// Returns: the request that waited, which is the caller's to complete, or null.
  send_operation* stop() noexcept;

  bool is_sending() const noexcept { return request_ != nullptr; }
  /// `finish` or `stop` was called.
  bool is_finished() const noexcept { return finished_; }
  bool has_missed() const noexcept {
    return missed_.acknowledged_bytes != 0 || missed_.window_bytes != 0;
  }

  /// The peer's feedback will arrive at `when`.
  void hear(time_point when, const feedback& told);

  // Of a way that lets nothing through.
  /// The peer's feedback does not arrive; it will be heard when the way is open again.
  void miss(const feedback& told);
  /// Something that was sent, or its acknowledgement, does not get through: from now on it is tried
  /// again, until the connection is given up.
  void stall();
  /// How long it is to the next try.
  duration until_retry() const noexcept;
  /// The peer's feedback gets through again, and arrives at `when`.
  void hear_missed(time_point when);
  /// Nothing is stalled any more.
  void go_on() noexcept;

 private:
  struct note {
    time_point when;
    feedback told;
  };

  /// The moment at which a connection that lets nothing through is given up.
  struct end_of_patience final : simulated_event {
    explicit end_of_patience(stream_socket& from) noexcept : from(from) {}
    void fire() noexcept override;

    stream_socket& from;
  };

  void fire() noexcept override;
  void apply_due() noexcept;
  void transmit_unsent();
  bool fill();
  void copy_into(packet& to, std::size_t count) noexcept;
  void arm();

  network& net_;
  stream_socket& from_;

  // The program's side.
  send_operation* request_ = nullptr;
  std::size_t slice_ = 0;      // of the request: the slice in turn
  std::size_t in_slice_ = 0;   // and how much of it was taken
  std::size_t remaining_ = 0;  // bytes of the request that were not taken yet
  bool finished_ = false;
  bool closed_ = false;  // the end of the stream has left, or never will

  // The network's side.
  std::uint32_t buffer_bytes_ = 0;
  std::uint32_t packet_bytes_ = 0;    // the most that one packet carries
  std::uint32_t unacknowledged_ = 0;  // bytes in the send buffer
  std::uint32_t window_ = 0;          // bytes that may still leave
  intrusive_list<packet> unsent_;
  std::vector<note> notes_;  // by moment; those before `heard_` are used up
  std::size_t heard_ = 0;
  feedback missed_;
  time_point stalled_since_{};  // while patience is armed
  end_of_patience patience_end_;
};

}  // namespace pirn::sim
