// resident: how much memory this process has in use.
#pragma once

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace bench {

/// The resident set, in bytes; what has been allocated and never touched does not count.
inline std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%zu %zu", &total, &resident) != 2) std::abort();
  std::fclose(file);
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace bench
