#include "pirn/world/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "pirn/base/type_name.hpp"
#include "pirn/core/exception_group.hpp"

namespace pirn {

world_failure::world_failure(const world_moment& at, const std::string& what)
    : world_failure(
          at,
          fmt::format("seed {}, at {:.9f} s, event {}: ", at.seed,
                      std::chrono::duration<double>(at.when.time_since_epoch()).count(), at.event),
          what) {}

world_failure::world_failure(const world_moment& at, const std::string& beginning,
                             const std::string& what)
    : std::runtime_error(beginning + what), at_(at), cause_begins_(beginning.size()) {}

std::string way_of_failing(const std::exception_ptr& error) {
  std::string cause = describe_exception(error);
  try {
    std::rethrow_exception(error);
  } catch (const world_failure& failed) {
    cause = failed.cause();
  } catch (...) {  // it says what it says
  }
  std::string way = type_name(error) + ": ";
  for (char each : std::string_view(cause).substr(0, cause.find('\n'))) {
    const bool is_digit = each >= '0' && each <= '9';
    if (is_digit && way.ends_with('#')) continue;
    way += is_digit ? '#' : each;
  }
  return way;
}

}  // namespace pirn
