// client: the frame of the connect bench's clients in C++.
//
// A program is called as `PROGRAM PORT CONNECTIONS WIDTH`, makes and resets so many connections,
// WIDTH at a time, and prints one line of JSON: the nanoseconds of CPU, and on the wall, for one.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "bench/common/elapsed.hpp"

namespace bench {

struct connect_job {
  std::uint16_t port;
  std::uint64_t count;
  std::uint64_t width;

  /// How many each of `width` clients makes.
  std::uint64_t share() const noexcept { return count / width; }
};

inline connect_job job_of(int argc, char** argv) {
  const auto number = [&](int i) { return i < argc ? std::strtoull(argv[i], nullptr, 10) : 0; };
  const connect_job wanted{static_cast<std::uint16_t>(number(1)), number(2), number(3)};
  if (argc != 4 || wanted.width == 0 || wanted.count % wanted.width != 0) {
    std::fprintf(stderr, "usage: %s PORT CONNECTIONS WIDTH, a divisor of CONNECTIONS\n", argv[0]);
    std::exit(2);
  }
  return wanted;
}

inline void tell(elapsed took, std::uint64_t count) {
  const auto each = static_cast<double>(count);
  std::printf("{\"wall\":%.1f,\"cpu\":%.1f}\n", static_cast<double>(took.wall_ns) / each,
              static_cast<double>(took.cpu_ns) / each);
}

}  // namespace bench
