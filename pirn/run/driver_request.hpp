// driver_request: which driver a run asks for, and who says so.
#pragma once

#include <cstdint>

#include "pirn/run/run.hpp"

namespace pirn {

struct driver_request {
  enum class speaker : std::uint8_t { program, environment, nobody };

  driver_choice wanted = driver_choice::automatic;
  speaker said_by = speaker::nobody;
};

/// What the program chose or, where it leaves that open, PIRN_DRIVER.
/// Throws: std::invalid_argument when that names no driver.
driver_request requested_driver(driver_choice of_program);

}  // namespace pirn
