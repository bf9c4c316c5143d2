// pirn: process_pool, whose processes are this program, started again; the C++ runtime is linked
// in.
#include <cstdint>
#include <cstdlib>
#include <ranges>
#include <vector>

#include "bench/common/elapsed.hpp"
#include "pirn/exec/process_entry.hpp"
#include "pirn/process/process_pool.hpp"

namespace {

constexpr unsigned size = 2;

std::uint64_t add_one(std::uint64_t number) {
  return number + 1;
}

template <std::size_t Chunk>
bench::elapsed in_chunks(std::uint64_t count) {
  pirn::process_pool pool{size};
  pool.submit<&add_one>(std::uint64_t{1}).result();  // so that a process is there
  bench::stopwatch watch;
  std::uint64_t sum = 0;
  for (std::uint64_t each :
       pool.map({.chunk = Chunk}, add_one, std::views::iota(std::uint64_t{0}, count))) {
    sum += each;
  }
  bench::elapsed took = watch.read();
  if (sum != count * (count + 1) / 2) std::abort();
  return took;
}

bench::elapsed one_by_one(std::uint64_t count) {
  pirn::process_pool pool{size};
  pool.submit(add_one, std::uint64_t{1}).result();
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (pool.submit(add_one, std::uint64_t{1}).result() != 2) std::abort();
  }
  return watch.read();
}

bench::elapsed start_and_stop(std::uint64_t count) {
  bench::stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) {
    pirn::process_pool pool{size};
    if (pool.submit(add_one, std::uint64_t{1}).result() != 2) std::abort();
  }
  return watch.read();
}

}  // namespace

int main(int argc, char** argv) {
  pirn::process_main(argc, argv);
  return bench::run_timed(argc, argv,
                          {
                              {"chunk1", in_chunks<1>, 1'000},
                              {"chunk100", in_chunks<100>, 100'000},
                              {"one", one_by_one, 100},
                              {"startstop", start_and_stop},
                          });
}
