// pirn: a queue with one server on virtual time, customers as items of a des::store or as processes
// at a des::resource.
#include "pirn/pirn.hpp"

#include "bench/common/measure.hpp"
#include "bench/des_mm1/times.hpp"

namespace {

using shelf = pirn::des::store<pirn::time_point>;

pirn::task<> arrive(shelf* line, std::uint64_t count) {
  bench::exponential next(1, bench::between_arrivals_ns);
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await pirn::sleep_for(pirn::duration(next()));
    co_await line->put(pirn::now());
  }
}

pirn::task<> serve(shelf* line, std::uint64_t count) {
  bench::exponential work(2, bench::service_ns);
  std::int64_t in_system_ns = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const pirn::time_point arrival = co_await line->get();
    co_await pirn::sleep_for(pirn::duration(work()));
    in_system_ns += (pirn::now() - arrival).count();
  }
  bench::keep(in_system_ns);
}

pirn::task<> start(pirn::task_group& group, shelf* line, std::uint64_t count) {
  group.spawn(arrive, line, count);
  group.spawn(serve, line, count);
  co_return;
}

pirn::task<> be_served(pirn::des::resource* server, std::int64_t work_ns,
                       std::int64_t* in_system_ns) {
  const pirn::time_point arrival = pirn::now();
  auto grant = co_await server->request();
  co_await pirn::sleep_for(pirn::duration(work_ns));
  *in_system_ns += (pirn::now() - arrival).count();
}

pirn::task<> send_customers(pirn::task_group& group, pirn::des::resource* server,
                            std::int64_t* in_system_ns, std::uint64_t count) {
  bench::exponential next(1, bench::between_arrivals_ns);
  bench::exponential work(2, bench::service_ns);
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await pirn::sleep_for(pirn::duration(next()));
    group.spawn(be_served, server, work(), in_system_ns);
  }
}

pirn::task<std::int64_t> run_store(std::uint64_t count) {
  shelf line;
  const std::int64_t begin = bench::cpu_now_ns();
  co_await pirn::with_group(start, &line, count);
  co_return bench::cpu_now_ns() - begin;
}

pirn::task<std::int64_t> run_resource(std::uint64_t count) {
  pirn::des::resource server;
  std::int64_t in_system_ns = 0;
  const std::int64_t begin = bench::cpu_now_ns();
  co_await pirn::with_group(send_customers, &server, &in_system_ns, count);
  bench::keep(in_system_ns);
  co_return bench::cpu_now_ns() - begin;
}

std::int64_t store(std::uint64_t count) {
  return pirn::run({.driver = pirn::driver_choice::virtual_time}, run_store, count);
}
std::int64_t resource(std::uint64_t count) {
  return pirn::run({.driver = pirn::driver_choice::virtual_time}, run_resource, count);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, {{"store", store}, {"resource", resource}});
}
