// buffer_pool: buffers for received bytes, lent as leases and kept for the next receive when they
// come back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pirn/core/lease.hpp"

namespace pirn::detail {

/// How large a receive buffer is; the number is the size's place in `buffer_sizes_bytes`.
enum class buffer_size : std::uint8_t { small, medium, large };
/// An eighth above the usual powers of two, so that a message of just such a size leaves room: a
/// full buffer would look like there were more to receive.
inline constexpr std::array<std::size_t, 3> buffer_sizes_bytes{4608, 18 << 10, 72 << 10};
constexpr std::size_t bytes_of(buffer_size size) noexcept {
  return buffer_sizes_bytes[static_cast<std::size_t>(size)];
}

/// Chooses one connection's next buffer by what the last ones held: large ones for bursts, where
/// each read costs a system call, and small ones for messages, where a buffer that is kept costs
/// memory.
class receive_size {
 public:
  buffer_size next() const noexcept { return next_; }

  /// Something else has shown that much will come.
  void expect_burst() noexcept { next_ = buffer_size::large; }

  /// A buffer of size `next()` received `count_bytes`.
  void received(std::size_t count_bytes) noexcept;

 private:
  static constexpr std::uint8_t patience =
      8;  // so that a burst's short tail does not end its large buffers

  buffer_size next_ = buffer_size::small;
  std::uint8_t small_reads_ = 0;
};

/// Lends buffers; the last one returned is the next one lent, as it is still in the cache.
///
/// Lifetime: outlives its leases (asserted).
/// Cost:     allocates when more are lent than ever before; keeps at most some 7 MiB for later.
class buffer_pool final : public lender {
 public:
  buffer_pool();
  buffer_pool(buffer_pool&&) = delete;  // leases point at it
  ~buffer_pool();

  /// Returns: empty when there is no memory.
  std::span<std::byte> take(buffer_size size) noexcept {
    shelf& kept = shelves_[static_cast<std::size_t>(size)];
    if (kept.count == 0) return make(size);
    ++lent_;
    return {kept.buffers[--kept.count], bytes_of(size)};
  }

  /// A lease of the first `count_bytes` of a buffer that was taken.
  lease lend(std::span<std::byte> buffer, buffer_size size, std::size_t count_bytes) noexcept {
    return {*this, buffer.data(), static_cast<std::uint32_t>(size),
            static_cast<std::uint32_t>(count_bytes)};
  }

  void give_back(std::byte* buffer, buffer_size size) noexcept;
  void take_back(std::byte* buffer, std::uint32_t id) noexcept override {
    give_back(buffer, static_cast<buffer_size>(id));
  }

  std::size_t lent() const noexcept { return lent_; }

 private:
  /// Buffers that came back; `buffers` has its full size from the start.
  struct shelf {
    std::vector<std::byte*> buffers;
    std::size_t count = 0;
  };

  std::span<std::byte> make(buffer_size size) noexcept;

  static constexpr std::array<std::size_t, 3> kept_max{256, 64, 64};

  std::array<shelf, 3> shelves_;
  std::size_t lent_ = 0;
};

}  // namespace pirn::detail
