// system_facts: the machine, its kernel, and what the process may have of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pirn::apps {

struct system_facts {
  std::string kernel;   ///< its release
  std::string machine;  ///< "x86_64"
  unsigned processors_online = 0;
  unsigned processors_allowed = 0;  ///< to this process
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_available_bytes = 0;
  std::optional<std::uint64_t> memory_limit_bytes;   ///< the control group's
  std::optional<std::uint64_t> address_space_bytes;  ///< RLIMIT_AS
  std::optional<std::uint64_t> locked_memory_bytes;  ///< RLIMIT_MEMLOCK
  std::optional<std::uint64_t>
      descriptors;  ///< RLIMIT_NOFILE; the hard limit, to which the command goes
};

/// Asks the system. What it does not tell is nothing, or zero.
system_facts ask_system();

/// What stands behind `name` in lines like "MemTotal:       24105 kB", in bytes.
/// Returns: nullopt when it stands nowhere.
std::optional<std::uint64_t> find_kilobytes(std::string_view lines, std::string_view name);

}  // namespace pirn::apps
