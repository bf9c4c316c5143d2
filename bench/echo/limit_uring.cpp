// The least code for an echo server on io_uring that is good at small and at large messages:
// multishot accept, multishot recv into a ring of provided buffers, and a private large buffer for
// a connection whose messages fill its buffers.
//
// One enter a batch: completions are worked off, what they cause is submitted with the next wait.
// `limit_uring ring` never leaves the ring of buffers, `limit_uring plain` never uses it; without
// an argument a connection starts in the ring and changes to a private buffer for good when a recv
// fills two buffers in a row.
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include <liburing.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/common/server.hpp"

namespace {

enum class mode { adaptive, ring, plain };

constexpr std::size_t ring_buffer_bytes = 4096;
constexpr unsigned ring_buffer_count = 1024;
constexpr std::size_t private_buffer_bytes = 64 * 1024;
constexpr int buffer_group = 0;

/// What a completion is of, in the low bits of its user data; the rest is the connection.
enum class kind : std::uint64_t { accept, recv, send, cancel };

/// What one of the ring's buffers holds, and the buffer that its connection sends after it.
struct chunk {
  std::uint32_t size_bytes;
  std::uint16_t next;
};

struct connection {
  int fd;
  bool is_bulk;               // recv into the private buffer, one at a time
  bool is_receiving = false;  // a recv is in flight
  bool is_ended = false;
  bool is_more_known = false;  // the last recv said that the socket holds more
  unsigned full_in_a_row = 0;
  std::unique_ptr<char[]> large{};  // the private buffer
  bool is_sending = false;
  std::uint16_t unsent_count =
      0;  // of the ring's buffers, `first` to `last`; the first is being sent
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

class server {
 public:
  server(int listener, mode wanted) : mode_(wanted) {
    io_uring_params params{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
    params.cq_entries = 8192;
    if (io_uring_queue_init_params(2048, &ring_, &params) != 0) std::abort();
    register_buffers();
    io_uring_prep_multishot_accept(entry(kind::accept, nullptr), listener, nullptr, nullptr, 0);
  }

  void run() {
    for (;;) {
      io_uring_submit_and_wait(&ring_, 1);
      unsigned head = 0;
      unsigned count = 0;
      io_uring_cqe* completion = nullptr;
      io_uring_for_each_cqe(&ring_, head, completion) {
        ++count;
        complete(*completion);
      }
      io_uring_cq_advance(&ring_, count);
      if (returned_ != 0) io_uring_buf_ring_advance(buffers_, std::exchange(returned_, 0));
    }
  }

 private:
  static constexpr std::uint64_t kind_mask = 3;

  void register_buffers() {
    const std::size_t ring_bytes = ring_buffer_count * sizeof(io_uring_buf);
    void* shared =
        mmap(nullptr, ring_bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    buffers_ = static_cast<io_uring_buf_ring*>(shared);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uint64_t>(shared);
    registration.ring_entries = ring_buffer_count;
    registration.bgid = buffer_group;
    if (io_uring_register_buf_ring(&ring_, &registration, 0) != 0) std::abort();
    memory_.resize(ring_buffer_bytes * ring_buffer_count);
    for (unsigned i = 0; i < ring_buffer_count; ++i) give_back(static_cast<std::uint16_t>(i));
    io_uring_buf_ring_advance(buffers_, std::exchange(returned_, 0));
  }

  char* memory_of(std::uint16_t buffer) { return memory_.data() + buffer * ring_buffer_bytes; }

  void give_back(std::uint16_t buffer) {
    io_uring_buf_ring_add(buffers_, memory_of(buffer), ring_buffer_bytes, buffer,
                          ring_buffer_count - 1, returned_++);
  }

  static std::uint64_t data_of(kind what, connection* who) {
    return reinterpret_cast<std::uint64_t>(who) | static_cast<std::uint64_t>(what);
  }

  io_uring_sqe* entry(kind what, connection* who) {
    io_uring_sqe* taken = io_uring_get_sqe(&ring_);
    if (taken == nullptr) {
      io_uring_submit(&ring_);
      taken = io_uring_get_sqe(&ring_);
    }
    taken->user_data = data_of(what, who);  // the prep functions leave it alone
    return taken;
  }

  void complete(const io_uring_cqe& completion) {
    auto* who = reinterpret_cast<connection*>(completion.user_data & ~kind_mask);
    switch (static_cast<kind>(completion.user_data & kind_mask)) {
      case kind::accept:
        return accepted(completion.res);
      case kind::recv:
        return received(*who, completion);
      case kind::send:
        return sent(*who, completion.res);
      case kind::cancel:
        return;
    }
  }

  void accepted(int fd) {
    if (fd < 0) return;
    bench::set_no_delay(fd);
    auto* who = new connection{.fd = fd, .is_bulk = mode_ == mode::plain};
    receive(*who);
  }

  void receive(connection& who) {
    who.is_receiving = true;
    io_uring_sqe* out = entry(kind::recv, &who);
    if (!who.is_bulk) {
      io_uring_prep_recv_multishot(out, who.fd, nullptr, 0, 0);
      out->flags |= IOSQE_BUFFER_SELECT;
      out->buf_group = buffer_group;
      return;
    }
    if (!who.large) who.large.reset(new char[private_buffer_bytes]);
    io_uring_prep_recv(out, who.fd, who.large.get(), private_buffer_bytes, 0);
    // The last recv took all there was: waiting first saves a try that finds nothing.
    if (!who.is_more_known) out->ioprio |= IORING_RECVSEND_POLL_FIRST;
  }

  void received(connection& who, const io_uring_cqe& completion) {
    const bool is_more_coming = (completion.flags & IORING_CQE_F_MORE) != 0;
    who.is_receiving = is_more_coming;
    const int got = completion.res;
    if ((completion.flags & IORING_CQE_F_BUFFER) != 0 && got > 0) {
      const auto buffer = static_cast<std::uint16_t>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
      append(who, buffer, static_cast<std::uint32_t>(got));
      adapt(who, static_cast<std::size_t>(got));
      if (!who.is_sending) send_first(who);
      if (!is_more_coming) receive_again(who);
      return;
    }
    if (got > 0) {
      who.is_more_known = (completion.flags & IORING_CQE_F_SOCK_NONEMPTY) != 0;
      return send(who, who.large.get(), static_cast<std::size_t>(got));
    }
    if (got == -ENOBUFS || got == -ECANCELED) return receive_again(who);
    who.is_ended = true;
    end_if_idle(who);
  }

  void append(connection& who, std::uint16_t buffer, std::uint32_t size_bytes) {
    chunks_[buffer].size_bytes = size_bytes;
    if (who.unsent_count++ == 0) {
      who.first = buffer;
    } else {
      chunks_[who.last].next = buffer;
    }
    who.last = buffer;
  }

  void drop_first(connection& who) {
    give_back(who.first);
    who.first = chunks_[who.first].next;
    --who.unsent_count;
  }

  void adapt(connection& who, std::size_t got_bytes) {
    who.full_in_a_row = got_bytes == ring_buffer_bytes ? who.full_in_a_row + 1 : 0;
    if (mode_ != mode::adaptive || who.is_bulk || who.full_in_a_row < 2) return;
    who.is_bulk = true;
    if (!who.is_receiving) return;
    io_uring_prep_cancel64(entry(kind::cancel, nullptr), data_of(kind::recv, &who), 0);
  }

  // A connection that now uses its private buffer reads again when the ring's buffers have been
  // sent.
  void receive_again(connection& who) {
    if (who.is_receiving) return;
    if (!who.is_bulk || !who.is_sending) receive(who);
  }

  void send_first(connection& who) {
    send(who, memory_of(who.first), chunks_[who.first].size_bytes);
  }

  // A socket nearly always takes an echo at once, so a plain call comes first; the ring waits for
  // the rest.
  void send(connection& who, const char* bytes, std::size_t size_bytes) {
    const ssize_t taken = ::send(who.fd, bytes, size_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken == static_cast<ssize_t>(size_bytes)) return sent(who, 0);
    const std::size_t skipped = taken > 0 ? static_cast<std::size_t>(taken) : 0;
    who.is_sending = true;
    io_uring_prep_send(entry(kind::send, &who), who.fd, bytes + skipped, size_bytes - skipped,
                       MSG_NOSIGNAL | MSG_WAITALL);
  }

  void sent(connection& who, int result) {
    who.is_sending = false;
    if (result < 0) {
      who.is_ended = true;
      shutdown(who.fd, SHUT_RDWR);  // so that its recv ends too
    }
    if (who.unsent_count > 0) drop_first(who);
    if (who.unsent_count > 0 && !who.is_ended) return send_first(who);
    if (who.is_ended) return end_if_idle(who);
    if (who.is_bulk && !who.is_receiving) receive(who);
  }

  void end_if_idle(connection& who) {
    if (who.is_receiving || who.is_sending) return;
    while (who.unsent_count > 0) drop_first(who);
    close(who.fd);
    delete &who;
  }

  io_uring ring_{};
  mode mode_;
  io_uring_buf_ring* buffers_ = nullptr;
  std::vector<char> memory_;
  std::array<chunk, ring_buffer_count> chunks_{};
  int returned_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  mode wanted = mode::adaptive;
  if (argc > 1 && std::strcmp(argv[1], "ring") == 0) wanted = mode::ring;
  if (argc > 1 && std::strcmp(argv[1], "plain") == 0) wanted = mode::plain;
  server(bench::listen_and_tell(), wanted).run();
}
