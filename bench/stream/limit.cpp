// The least code that moves a stream: blocking calls, one buffer; for TLS, OpenSSL on the socket;
// between two, one pipe.
#include <vector>

#include <fcntl.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "bench/common/server.hpp"
#include "bench/stream/ends.hpp"

namespace {

void require(bool is_well, const char* what) {
  if (is_well) return;
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(1);
}

int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(connect(fd, reinterpret_cast<sockaddr*>(&server), sizeof server) == 0, "connect");
  bench::set_no_delay(fd);
  return fd;
}

int accept_one() {
  const int listener = bench::listen_and_tell();
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) return fd;
    usleep(1'000);
  }
}

class plain_stream {
 public:
  explicit plain_stream(int fd) : fd_(fd) {}
  std::string_view cipher() const { return ""; }
  std::size_t read(std::vector<char>& into) {
    const ssize_t got = recv(fd_, into.data(), into.size(), 0);
    require(got >= 0, "recv");
    return static_cast<std::size_t>(got);
  }
  void write(const std::vector<char>& bytes) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    require(sent == static_cast<ssize_t>(bytes.size()), "send");
  }
  void end() { shutdown(fd_, SHUT_WR); }

 private:
  int fd_;
};

class secure_stream {
 public:
  secure_stream(int fd, const bench::stream_job& job) {
    SSL_CTX* context = SSL_CTX_new(job.is_receiver() ? TLS_server_method() : TLS_client_method());
    if (job.is_receiver()) {
      require(SSL_CTX_use_certificate_file(context, job.certificate_file.c_str(),
                                           SSL_FILETYPE_PEM) == 1,
              "certificate");
      require(SSL_CTX_use_PrivateKey_file(context, job.key_file.c_str(), SSL_FILETYPE_PEM) == 1,
              "key");
    } else {
      require(SSL_CTX_load_verify_file(context, job.ca_file.c_str()) == 1, "CA");
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, fd);
    const int result = job.is_receiver() ? SSL_accept(ssl_) : SSL_connect(ssl_);
    require(result == 1, "handshake");
  }
  std::string_view cipher() const { return SSL_get_cipher_name(ssl_); }
  std::size_t read(std::vector<char>& into) {
    std::size_t got = 0;
    if (SSL_read_ex(ssl_, into.data(), into.size(), &got) == 1) return got;
    require(SSL_get_error(ssl_, 0) == SSL_ERROR_ZERO_RETURN, "SSL_read");
    return 0;
  }
  void write(const std::vector<char>& bytes) {
    std::size_t sent = 0;
    require(SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent) == 1, "SSL_write");
  }
  void end() { SSL_shutdown(ssl_); }

 private:
  SSL* ssl_;
};

template <class Stream>
void receive_all(Stream from) {
  std::vector<char> buffer(bench::write_bytes);
  const bench::stopwatch watch;
  std::uint64_t total_bytes = 0;
  while (const std::size_t got = from.read(buffer)) total_bytes += got;
  bench::tell_stream(watch.read(), total_bytes, from.cipher());
  from.end();
}

template <class Stream>
void send_all(Stream to, std::uint64_t writes) {
  std::vector<char> buffer(bench::write_bytes, 'x');
  const bench::stopwatch watch;
  for (std::uint64_t i = 0; i < writes; ++i) to.write(buffer);
  to.end();
  require(to.read(buffer) == 0, "the receiver's silence");
  bench::tell_stream(watch.read(), writes * bench::write_bytes, to.cipher());
}

template <class Stream>
void move(Stream stream, const bench::stream_job& job) {
  if (job.is_receiver()) return receive_all(stream);
  send_all(stream, job.writes);
}

std::uint64_t pass_on(int from, int to, const int (&pipe)[2]) {
  constexpr std::size_t most = 1 << 20;
  std::uint64_t total_bytes = 0;
  for (;;) {
    const ssize_t got = splice(from, nullptr, pipe[1], nullptr, most, SPLICE_F_MOVE);
    require(got >= 0, "splice");
    if (got == 0) break;
    for (ssize_t left = got; left > 0;) {
      const ssize_t gone =
          splice(pipe[0], nullptr, to, nullptr, static_cast<std::size_t>(left), SPLICE_F_MOVE);
      require(gone > 0, "splice");
      left -= gone;
    }
    total_bytes += static_cast<std::uint64_t>(got);
  }
  shutdown(to, SHUT_WR);
  return total_bytes;
}

// The other direction has only its end, which comes last.
void forward(std::uint16_t port) {
  const int from = accept_one();
  const int to = connect_to(port);
  int pipe[2];
  require(pipe2(pipe, O_CLOEXEC) == 0, "pipe");
  fcntl(pipe[1], F_SETPIPE_SZ, 1 << 20);
  const bench::stopwatch watch;
  const std::uint64_t bytes = pass_on(from, to, pipe);
  pass_on(to, from, pipe);
  bench::tell_stream(watch.read(), bytes, "");
}

}  // namespace

int main(int argc, char** argv) {
  const bench::stream_job job = bench::stream_job_of(argc, argv);
  if (job.as == bench::stream_job::role::forward) {
    forward(job.port);
    return 0;
  }
  const int fd = job.is_receiver() ? accept_one() : connect_to(job.port);
  if (job.is_secure()) {
    move(secure_stream(fd, job), job);
  } else {
    move(plain_stream(fd), job);
  }
}
