#include "pirn/sim/datagram.hpp"

#include <memory>

#include "pirn/sim/datagram_exchange.hpp"

namespace pirn::sim {

void datagram::fire() noexcept {
  at->arrived(*this);
}

datagram_pool::~datagram_pool() {
  while (!free_.empty()) std::unique_ptr<datagram> dead(&free_.pop_front());
}

datagram& datagram_pool::take() {
  datagram* taken = free_.empty() ? std::make_unique<datagram>().release() : &free_.pop_front();
  ++out_;
  return *taken;
}

void datagram_pool::put(datagram& used) noexcept {
  --out_;
  free_.push_front(used);
}

}  // namespace pirn::sim
