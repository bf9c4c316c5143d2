// datagram: a message between two simulated datagram sockets, and where used ones are kept.
#pragma once

#include <cstddef>
#include <vector>

#include "pirn/base/endpoint.hpp"
#include "pirn/base/intrusive_list.hpp"
#include "pirn/sim/event_queue.hpp"

namespace pirn::sim {

class datagram_exchange;
class line;

/// A datagram under way, or waiting to be received; or, coming back, the news that nobody was
/// there.
class datagram final : public simulated_event, public list_hook<> {
 public:
  datagram() = default;

  endpoint from;
  endpoint to;
  bool is_refusal = false;
  bool loops_back = true;           ///< of a multicast: its sender's own host hears it
  datagram_exchange* at = nullptr;  ///< where it arrives
  datagram_exchange* of = nullptr;  ///< where it was sent
  line* on = nullptr;               ///< the way that it takes
  time_point since{};               ///< when it was sent
  std::vector<std::byte> bytes;

 private:
  void fire() noexcept override;
};

/// Makes datagrams and uses them again.
class datagram_pool {
 public:
  datagram_pool() = default;
  datagram_pool(datagram_pool&&) = delete;  // lists point into it
  ~datagram_pool();

  datagram& take();
  void put(datagram& used) noexcept;

  /// Datagrams that are under way or not yet received.
  std::size_t out() const noexcept { return out_; }

 private:
  intrusive_list<datagram> free_;
  std::size_t out_ = 0;
};

}  // namespace pirn::sim
