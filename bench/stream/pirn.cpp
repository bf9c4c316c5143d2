// pirn: one code for streams of any kind; what is secure was wrapped before.
#include "pirn/pirn.hpp"

#include "bench/common/server.hpp"
#include "bench/stream/ends.hpp"
#include "pirn/tls/stream.hpp"

namespace {

template <pirn::io::byte_stream Stream>
pirn::task<> receive_all(Stream from, std::string cipher) {
  const bench::stopwatch watch;
  std::uint64_t total_bytes = 0;
  for (;;) {
    auto chunk = co_await from.read();
    if (chunk.empty()) break;
    total_bytes += chunk.size();
  }
  bench::tell_stream(watch.read(), total_bytes, cipher);
  co_await from.shut_down_writing();
}

template <pirn::io::byte_stream Stream>
pirn::task<> send_all(Stream to, std::uint64_t writes, std::string cipher) {
  const std::vector<std::byte> bytes(bench::write_bytes, std::byte{'x'});
  const bench::stopwatch watch;
  for (std::uint64_t i = 0; i < writes; ++i) co_await to.write_all(bytes);
  co_await to.shut_down_writing();
  auto end = co_await to.read();
  PIRN_ASSERT(end.empty(), "the receiver says nothing");
  bench::tell_stream(watch.read(), writes * bench::write_bytes, cipher);
}

pirn::task<> accept_and_receive(bench::stream_job job) {
  pirn::net::listener listener(pirn::net::loopback(0));
  bench::tell_port(listener.local().port());
  pirn::net::tcp_stream peer = co_await listener.accept();
  if (!job.is_secure()) {
    co_await receive_all(std::move(peer), "");
    co_return;
  }
  const auto context = pirn::tls::context::server(
      {.certificate_file = job.certificate_file, .key_file = job.key_file});
  pirn::tls::stream secure = co_await pirn::tls::wrap_server(std::move(peer), context);
  std::string cipher(secure.cipher());
  co_await receive_all(std::move(secure), cipher);
}

pirn::task<> connect_and_send(bench::stream_job job) {
  pirn::net::tcp_stream peer = co_await pirn::net::connect(pirn::net::loopback(job.port));
  if (!job.is_secure()) {
    co_await send_all(std::move(peer), job.writes, "");
    co_return;
  }
  const auto context = pirn::tls::context::client({.ca_file = job.ca_file});
  pirn::tls::stream secure = co_await pirn::tls::wrap_client(std::move(peer), "127.0.0.1", context);
  std::string cipher(secure.cipher());
  co_await send_all(std::move(secure), job.writes, cipher);
}

pirn::task<> accept_and_forward(bench::stream_job job) {
  pirn::net::listener listener(pirn::net::loopback(0));
  bench::tell_port(listener.local().port());
  pirn::net::tcp_stream from = co_await listener.accept();
  pirn::net::tcp_stream to = co_await pirn::net::connect(pirn::net::loopback(job.port));
  const bench::stopwatch watch;
  const pirn::io::forwarded passed = co_await pirn::io::forward(from, to);
  bench::tell_stream(watch.read(), passed.there_bytes, "");
}

}  // namespace

int main(int argc, char** argv) {
  const bench::stream_job job = bench::stream_job_of(argc, argv);
  switch (job.as) {
    case bench::stream_job::role::receive:
      return pirn::run(accept_and_receive, job), 0;
    case bench::stream_job::role::send:
      return pirn::run(connect_and_send, job), 0;
    case bench::stream_job::role::forward:
      return pirn::run(accept_and_forward, job), 0;
  }
}
