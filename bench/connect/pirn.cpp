// pirn: a task for each of the connections that are made side by side.
#include "pirn/pirn.hpp"

#include "bench/connect/client.hpp"

namespace {

pirn::task<> connect_in_turn(bench::connect_job job) {
  const pirn::endpoint server = pirn::net::loopback(job.port);
  for (std::uint64_t i = 0; i < job.share(); ++i) {
    pirn::net::tcp_stream connected = co_await pirn::net::connect(server);
    connected.reset_on_close();
  }
}

pirn::task<> connect_all(bench::connect_job job) {
  const bench::stopwatch watch;
  auto body = [&](pirn::task_group& group) {
    for (std::uint64_t i = 0; i < job.width; ++i) group.spawn(connect_in_turn, job);
  };
  co_await pirn::with_group(body);
  bench::tell(watch.read(), job.count);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::connect_job job = bench::job_of(argc, argv);
  pirn::run(connect_all, job);
}
