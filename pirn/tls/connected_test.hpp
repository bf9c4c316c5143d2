// connected_test: two ends of a TLS connection over memory, for the tests of tls.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "pirn/core/gather.hpp"
#include "pirn/io/memory_stream.hpp"
#include "pirn/tls/certificates_test.hpp"
#include "pirn/tls/stream.hpp"

namespace pirn::tls {

/// One authority and what it has signed, made once for all tests.
struct certificates {
  test_authority authority;
  certificate_files good = authority.make({});
  std::string ca_file = authority.ca_file();

  context server(const certificate_files& files) const {
    return context::server({.certificate_file = files.certificate, .key_file = files.key});
  }
  context server() const { return server(good); }
  context client() const { return context::client({.ca_file = ca_file}); }
};
inline certificates& made() {
  static certificates all;
  return all;
}

struct both_ends {
  stream client;
  stream server;
};

/// Two ends over memory.
inline task<both_ends> connected(context client, context server, std::string host = "localhost") {
  auto [near, far] = io::memory_pair();
  auto [client_end, server_end] = co_await gather(wrap_client(std::move(near), host, client),
                                                  wrap_server(std::move(far), server));
  co_return both_ends{std::move(client_end), std::move(server_end)};
}

inline task<std::string> read_to_end(io::stream_ref from) {
  std::string all;
  for (;;) {
    const lease chunk = co_await from.read();
    if (chunk.empty()) co_return all;
    all += chunk.text();
  }
}

inline task<> send_and_end(io::stream_ref to, std::string_view text) {
  co_await to.write_all(text);
  co_await to.shut_down_writing();
}

inline std::string some_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 >> 7);
  return text;
}

/// Shakes hands, then sends and receives at once.
inline task<std::string> exchange(task<stream> shaking_hands, std::string_view text) {
  stream end = co_await std::move(shaking_hands);
  auto [sent, received] = co_await gather(send_and_end(end, text), read_to_end(end));
  co_return received;
}

}  // namespace pirn::tls
