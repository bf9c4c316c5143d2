// pirn: loop::post from a thread to a loop.
#include "pirn/pirn.hpp"

#include <thread>

#include "bench/remote_post/posting.hpp"

namespace {

bench::elapsed batched(std::uint64_t count) {
  return pirn::run([&]() -> pirn::task<bench::elapsed> {
    pirn::loop& home = pirn::loop::current();
    pirn::completion<> all_ran;
    std::uint64_t ran = 0;
    const bench::stopwatch watch;
    std::jthread poster([&] {
      for (std::uint64_t i = 0; i < count; ++i) {
        home.post([&] {
          if (++ran == count) all_ran.set_value();
        });
      }
    });
    co_await all_ran.wait();
    co_return watch.read();
  });
}

bench::elapsed wake(std::uint64_t count) {
  return pirn::run([&]() -> pirn::task<bench::elapsed> {
    pirn::loop& home = pirn::loop::current();
    pirn::completion<bench::elapsed> measured;
    std::jthread poster([&] {
      bench::wake_times times;
      measured.set_value(times.measure(count, [&] { home.post([&] { times.arrive(); }); }));
    });
    bench::elapsed& took = co_await measured.wait();
    co_return took;
  });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run_timed(argc, argv, {{"batched", batched}, {"wake", wake, 100}});
}
