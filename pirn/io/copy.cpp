#include "pirn/io/copy.hpp"

#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "pirn/core/gather.hpp"
#include "pirn/core/io_wait.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/io/room_wait.hpp"
#include "pirn/platform/splice_pipe.hpp"

namespace pirn::io {
namespace {

// So many bytes at a time are bulk, or little; so many times in a row change the way.
constexpr std::size_t bulk_bytes = 32 << 10;
constexpr std::size_t little_bytes = 8 << 10;
constexpr int in_a_row = 4;

constexpr std::size_t turn_max_bytes = 1 << 20;  // then others have a turn

bool is_kernels(const socket* raw) noexcept {
  return raw != nullptr && raw->native_handle() >= 0;
}

/// One direction of a copy. Bytes are carried in pieces, through memory; when much comes at a time
/// and both ends are the kernel's sockets, as bulk, through a pipe, until little comes again.
class carrier {
 public:
  carrier(stream_ref from, stream_ref to) noexcept
      : from_(from), to_(to), may_splice_(is_kernels(from.raw()) && is_kernels(to.raw())) {}

  task<std::uint64_t> run() {
    for (;;) {
      co_await carry_pieces();
      if (at_end_) co_return bytes_;
      std::optional<splice_pipe> pipe = splice_pipe::open();
      may_splice_ = pipe.has_value();
      if (pipe) co_await carry_bulk(*pipe);
    }
  }

 private:
  task<> carry_pieces() {
    int bulk = 0;
    while (!may_splice_ || bulk < in_a_row) {
      const lease piece = co_await from_.read();
      at_end_ = piece.empty();
      if (at_end_) co_return;
      co_await to_.write_all(piece.bytes());
      bytes_ += piece.size();
      bulk = piece.size() >= bulk_bytes ? bulk + 1 : 0;
    }
  }

  task<> carry_bulk(splice_pipe& pipe) {
    const int source = from_.raw()->native_handle();
    int little = 0;
    std::size_t turn_bytes = 0;
    while (little < in_a_row) {
      io_wait<receive_operation> something("bytes");
      something.request().from = from_.raw();
      const int kept_bytes = co_await something;
      if (kept_bytes > 0) co_return;  // by the driver, in memory: it comes first
      if (kept_bytes < 0) throw failure("read from", from_, kept_bytes);
      const std::ptrdiff_t count = pipe.fill_from(source);
      // The end, or an urgent byte, which only a read goes past.
      if (count == 0 || count == -EAGAIN) co_return;
      if (count < 0) throw failure("read from", from_, count);
      co_await drain(pipe);
      const auto moved_bytes = static_cast<std::size_t>(count);
      bytes_ += moved_bytes;
      little = moved_bytes < little_bytes ? little + 1 : 0;
      turn_bytes += moved_bytes;
      if (turn_bytes >= turn_max_bytes) {
        co_await yield_now();
        turn_bytes = 0;
      }
    }
  }

  task<> drain(splice_pipe& pipe) {
    socket& target = *to_.raw();
    while (pipe.held_bytes() > 0) {
      std::ptrdiff_t count = pipe.empty_into(target.native_handle());
      if (count == -EAGAIN) {
        room_wait room(target);
        count = co_await room;
      }
      if (count < 0) throw failure("write to", to_, count);
    }
  }

  static std::system_error failure(std::string_view operation, const stream_ref& on,
                                   std::ptrdiff_t error) {
    std::string what(operation);
    what += ' ';
    what += on.name();
    return std::system_error(static_cast<int>(-error), std::generic_category(), what);
  }

  stream_ref from_;
  stream_ref to_;
  std::uint64_t bytes_ = 0;
  bool may_splice_;
  bool at_end_ = false;
};

task<std::uint64_t> copy_with_end(stream_ref from, stream_ref to) {
  const std::uint64_t bytes = co_await copy(from, to);
  co_await to.shut_down_writing();
  co_return bytes;
}

}  // namespace

task<std::uint64_t> copy(stream_ref from, stream_ref to) {
  carrier carrying(from, to);
  const std::uint64_t bytes = co_await carrying.run();
  co_return bytes;
}

task<forwarded> forward(stream_ref here, stream_ref there) {
  auto [sent, received] = co_await gather(copy_with_end(here, there), copy_with_end(there, here));
  co_return forwarded{sent, received};
}

}  // namespace pirn::io
