// libuv: callbacks; a write is tried at once, and queued only if the socket does not take it all.
#include <cstdlib>
#include <cstring>

#include <uv.h>

#include "bench/common/server.hpp"

namespace {

char shared_buffer[64 * 1024];

struct late_write {
  uv_write_t request;
  uv_buf_t rest;
};

void closed(uv_handle_t* handle) {
  delete reinterpret_cast<uv_tcp_t*>(handle);
}

void lend_buffer(uv_handle_t*, std::size_t, uv_buf_t* buffer) {
  *buffer = uv_buf_init(shared_buffer, sizeof shared_buffer);
}

void write_rest(uv_stream_t* peer, const char* bytes, std::size_t size_bytes) {
  auto* late = new late_write{};
  late->rest = uv_buf_init(new char[size_bytes], static_cast<unsigned>(size_bytes));
  std::memcpy(late->rest.base, bytes, size_bytes);
  uv_write(&late->request, peer, &late->rest, 1, [](uv_write_t* request, int) {
    auto* done = reinterpret_cast<late_write*>(request);
    delete[] done->rest.base;
    delete done;
  });
}

void echo(uv_stream_t* peer, ssize_t got, const uv_buf_t* buffer) {
  if (got < 0) return uv_close(reinterpret_cast<uv_handle_t*>(peer), closed);
  if (got == 0) return;
  uv_buf_t out = uv_buf_init(buffer->base, static_cast<unsigned>(got));
  const int sent = uv_try_write(peer, &out, 1);
  if (sent == got) return;
  if (sent < 0 && sent != UV_EAGAIN) {
    return uv_close(reinterpret_cast<uv_handle_t*>(peer), closed);
  }
  const int skipped = sent < 0 ? 0 : sent;
  write_rest(peer, buffer->base + skipped, static_cast<std::size_t>(got - skipped));
}

void accept_one(uv_stream_t* listener, int status) {
  if (status < 0) return;
  auto* peer = new uv_tcp_t;
  uv_tcp_init(listener->loop, peer);
  if (uv_accept(listener, reinterpret_cast<uv_stream_t*>(peer)) != 0) {
    return uv_close(reinterpret_cast<uv_handle_t*>(peer), closed);
  }
  uv_tcp_nodelay(peer, 1);
  uv_read_start(reinterpret_cast<uv_stream_t*>(peer), lend_buffer, echo);
}

}  // namespace

int main() {
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t listener;
  uv_tcp_init(loop, &listener);
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_bind(&listener, reinterpret_cast<sockaddr*>(&address), 0);
  if (uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 4096, accept_one) != 0) std::abort();
  int length = sizeof address;
  uv_tcp_getsockname(&listener, reinterpret_cast<sockaddr*>(&address), &length);
  bench::tell_port(ntohs(address.sin_port));
  uv_run(loop, UV_RUN_DEFAULT);
}
