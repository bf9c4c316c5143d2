#include "pirn/simulation/replicate.hpp"

#include <exception>
#include <string>

#include "pirn/core/exception_group.hpp"

namespace pirn::des {

replication_error::replication_error(std::uint64_t seed, const std::exception_ptr& why)
    : std::runtime_error("replication with seed " + std::to_string(seed) + ": " +
                         describe_exception(why)),
      seed_(seed) {}

void detail::throw_replication_error(std::uint64_t seed) {
  std::throw_with_nested(replication_error(seed, std::current_exception()));
}

}  // namespace pirn::des
