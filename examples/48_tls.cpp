// tls: a server that knows its clients by their certificates, and a client that comes back.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"
#include "pirn/process/run_program.hpp"
#include "pirn/testing/temporary_directory.hpp"
#include "pirn/tls/stream.hpp"

namespace tls = pirn::tls;

// [authority]
// An authority for an hour's need: what it signs holds for a day.
class authority {
 public:
  pirn::task<> found() { return make("ca", "/CN=an authority", {}); }

  pirn::task<> sign(std::string name, std::string other_name) {
    return make(name, "/CN=" + name,
                {"-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-addext",
                 "subjectAltName=" + other_name, "-addext", "basicConstraints=critical,CA:FALSE"});
  }

  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

 private:
  pirn::task<> make(std::string name, std::string subject, std::vector<std::string> rest) {
    pirn::command openssl("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                          "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", subject,
                          "-keyout", file(name + ".key"), "-out", file(name + ".pem"));
    for (const std::string& each : rest) openssl.with_argument(each);
    co_await pirn::run_program(openssl, {.check = true});
  }

  pirn::testing::temporary_directory folder_;
};
// [/authority]

constexpr std::array<std::string_view, 2> spoken_here{"loom/2", "loom/1"};
constexpr std::array<std::string_view, 1> spoken_there{"loom/1"};

// [server]
pirn::task<> greet(pirn::net::tcp_stream plain, tls::context how) {
  tls::stream peer = co_await tls::wrap_server(std::move(plain), how);
  auto client = peer.peer_certificate();
  fmt::print("{} ({}) has come and speaks {}\n", client->subject, client->names.front(),
             peer.alpn());
  co_await peer.write_all(peer.is_resumed() ? "welcome back\n" : "welcome\n");
  co_await peer.shut_down_writing();
  pirn::lease end = co_await peer.read();  // the client has said its end, too
}
// [/server]

// [client]
pirn::task<> visit(pirn::endpoint where, tls::context how) {
  pirn::net::tcp_stream plain = co_await pirn::net::connect(where);
  tls::stream server = co_await tls::wrap_client(std::move(plain), "localhost", how);
  pirn::io::buffered_reader lines(server);
  auto greeting = co_await lines.read_line();
  fmt::print("{} says {}", server.peer_subject(), greeting);
  co_await server.shut_down_writing();
  pirn::lease end = co_await server.read();  // empty: the server has said that nothing is missing
}
// [/client]

// Whom the authority does not know is refused, on both sides.
pirn::task<> visit_without_a_certificate(pirn::endpoint where, tls::context how) {
  try {
    co_await visit(where, how);
  } catch (const std::system_error& refusal) {
    fmt::print("refused: {}\n", refusal.code() == tls::errc::refused ? "no certificate" : "?");
  }
}

pirn::task<> serve_and_visit() {
  authority signs;
  co_await signs.found();
  co_await signs.sign("localhost", "DNS:localhost");
  co_await signs.sign("alice", "email:alice@example.org");

  const std::string ca = signs.file("ca.pem");
  const std::string our_certificate = signs.file("localhost.pem");
  const std::string our_key = signs.file("localhost.key");
  const auto server = tls::context::server({.certificate_file = our_certificate,
                                            .key_file = our_key,
                                            .client_ca_file = ca,
                                            .alpn = spoken_here});
  const std::string her_certificate = signs.file("alice.pem");
  const std::string her_key = signs.file("alice.key");
  const auto alice = tls::context::client({.ca_file = ca,
                                           .certificate_file = her_certificate,
                                           .key_file = her_key,
                                           .alpn = spoken_there});
  const auto nobody = tls::context::client({.ca_file = ca});

  pirn::net::listener listener(pirn::net::loopback(0));
  auto handler = [&](pirn::net::tcp_stream plain) { return greet(std::move(plain), server); };
  auto talk = [&]() -> pirn::task<> {
    co_await visit(listener.local(), alice);
    co_await visit(listener.local(), alice);  // with the session of before: a shorter handshake
    co_await visit_without_a_certificate(listener.local(), nobody);
  };
  co_await pirn::race(talk(), pirn::net::serve_on(listener, handler));
}

int main() {
  pirn::run(serve_and_visit);
}

// Output:
// CN = alice (email:alice@example.org) has come and speaks loom/1
// CN = localhost says welcome
// CN = alice (email:alice@example.org) has come and speaks loom/1
// CN = localhost says welcome back
// refused: no certificate
