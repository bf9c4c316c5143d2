#include "pirn/world/failure.hpp"

#include <fmt/format.h>

namespace pirn {

world_failure::world_failure(const world_moment& at, const std::string& what)
    : std::runtime_error(fmt::format(
          "seed {}, at {:.9f} s, event {}: {}", at.seed,
          std::chrono::duration<double>(at.when.time_since_epoch()).count(), at.event, what)),
      at_(at) {}

}  // namespace pirn
