#include "pirn/simulation/replicate.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>

#include "pirn/core/exception_group.hpp"

namespace pirn::des {

replication_error::replication_error(std::uint64_t seed, const std::exception_ptr& why)
    : std::runtime_error("replication with seed " + std::to_string(seed) + ": " +
                         describe_exception(why)),
      seed_(seed) {}

std::size_t detail::checked_chunk(std::size_t chunk, std::size_t count) {
  constexpr std::size_t chunk_max = 1'000'000;
  const std::size_t size = std::min(chunk, std::max<std::size_t>(count, 1));
  if (size > chunk_max) {
    throw std::invalid_argument("replicate: a chunk is of a million replications at most");
  }
  return size;
}

void detail::throw_replication_error(std::uint64_t seed) {
  std::throw_with_nested(replication_error(seed, std::current_exception()));
}

}  // namespace pirn::des
