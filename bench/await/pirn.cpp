// pirn: five nested task<int>.
#include "pirn/pirn.hpp"

#include "bench/common/measure.hpp"

namespace {

[[gnu::noinline]] pirn::task<int> level_1(int x) {
  co_return x + 1;
}
[[gnu::noinline]] pirn::task<int> level_2(int x) {
  co_return co_await level_1(x) + 1;
}
[[gnu::noinline]] pirn::task<int> level_3(int x) {
  co_return co_await level_2(x) + 1;
}
[[gnu::noinline]] pirn::task<int> level_4(int x) {
  co_return co_await level_3(x) + 1;
}
[[gnu::noinline]] pirn::task<int> level_5(int x) {
  co_return co_await level_4(x) + 1;
}

pirn::task<std::int64_t> repeat(std::uint64_t count) {
  int sum = 0;
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) sum += co_await level_5(static_cast<int>(i & 7));
  const std::int64_t took = bench::cpu_now_ns() - start;
  bench::keep(sum);
  co_return took;
}

std::int64_t five(std::uint64_t count) {
  return pirn::run(repeat, count);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"five", five}});
}
