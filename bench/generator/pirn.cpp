// pirn: generator<double, double>, sent to straight and through levels of `co_yield from`.
#include "bench/common/measure.hpp"
#include "pirn/core/generator.hpp"

namespace {

using averager = pirn::generator<double, double>;

[[gnu::noinline]] averager average() {
  double total = 0;
  double count = 0;
  double result = 0;
  for (;;) {
    total += co_yield result;
    count += 1;
    result = total - count;
  }
}

[[gnu::noinline]] averager delegate(int levels) {
  if (levels == 1) {
    co_yield pirn::from(average());
  } else {
    co_yield pirn::from(delegate(levels - 1));
  }
}

std::int64_t send_to(averager chain, std::uint64_t count) {
  chain.next();
  double sum = 0;
  const std::int64_t start = bench::cpu_now_ns();
  for (std::uint64_t i = 0; i < count; ++i) sum += *chain.send(static_cast<double>(i));
  const std::int64_t took = bench::cpu_now_ns() - start;
  bench::keep(sum);
  return took;
}

std::int64_t send(std::uint64_t count) {
  return send_to(average(), count);
}
std::int64_t delegate_1(std::uint64_t count) {
  return send_to(delegate(1), count);
}
std::int64_t delegate_5(std::uint64_t count) {
  return send_to(delegate(5), count);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv,
                    {{"send", send}, {"delegate-1", delegate_1}, {"delegate-5", delegate_5}});
}
