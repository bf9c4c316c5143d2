// pattern_test: text in which lost, repeated or swapped bytes show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pirn::testing {

/// Text without a short period; the same each time.
inline std::string pattern(std::size_t size_bytes) {
  std::string text(size_bytes, '\0');
  std::uint32_t state = 1;
  for (char& each : text) {
    state = state * 1664525U + 1013904223U;
    each = static_cast<char>(state >> 24U);
  }
  return text;
}

}  // namespace pirn::testing
