// uring_report: what of io_uring the running kernel has, and what of that the driver uses.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace pirn {

enum class uring_use : std::uint8_t {
  needed,      ///< the driver does not run without it
  when_there,  ///< used where the kernel has it
  not_used,    ///< did not win where it was measured: docs/decisions/017-io_uring-features.md
};

struct uring_feature {
  std::string_view name;   ///< as io_uring's manual calls it
  std::string_view since;  ///< the kernel release that has brought it
  uring_use use;
  std::string_view purpose;  ///< what the driver does with it, or why it does without
  bool is_available = false;
};

/// Asks the kernel for each feature that matters to a driver, by registering and submitting things
/// to a small ring of its own.
/// Returns: in the order of a request's life; empty when the kernel gives us no ring at all.
std::vector<uring_feature> list_uring_features();

}  // namespace pirn
