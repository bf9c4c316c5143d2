#include "pirn/net/write_buffer_limits.hpp"

#include <stdexcept>

namespace pirn::net {

write_buffer_limits write_buffer_limits::completed() const {
  std::size_t high = 64 * 1024;
  if (high_bytes) {
    high = *high_bytes;
  } else if (low_bytes) {
    high = 4 * *low_bytes;
  }
  const std::size_t low = low_bytes.value_or(high / 4);
  if (high < low) throw std::invalid_argument("the high limit of a write buffer is below the low");
  return {high, low};
}

}  // namespace pirn::net
