// lease: bytes that a driver received, in a buffer that goes back when the lease ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace pirn {

/// Who lends buffers to leases: a driver's ring, or the heap.
class lender {
 public:
  /// Takes back the buffer that was lent under `id`. Called once per lease, on the loop's thread.
  virtual void take_back(std::byte* buffer, std::uint32_t id) noexcept = 0;

 protected:
  ~lender() = default;
};

/// Received bytes: the filled part of a buffer that the lease owns. Empty means the end of the
/// stream.
///
/// Lifetime: may outlive the stream that it came from, never the loop.
/// Threads:  the loop's only; copy the bytes to hand them to another thread.
class lease {
 public:
  lease() = default;
  lease(lender& owner, std::byte* buffer, std::uint32_t id, std::uint32_t size_bytes) noexcept
      : owner_(&owner), buffer_(buffer), size_bytes_(size_bytes), id_(id) {}
  lease(lease&& other) noexcept { take(other); }
  lease& operator=(lease&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    take(other);
    return *this;
  }
  ~lease() { give_back(); }

  /// Whether there is a buffer to give back, be it used up.
  bool has_buffer() const noexcept { return owner_ != nullptr; }
  explicit operator bool() const noexcept { return size_bytes_ != 0; }
  bool empty() const noexcept { return size_bytes_ == 0; }
  std::size_t size() const noexcept { return size_bytes_; }
  const std::byte* data() const noexcept { return buffer_ + offset_; }
  std::span<const std::byte> bytes() const noexcept { return {data(), size_bytes_}; }
  operator std::span<const std::byte>() const noexcept { return bytes(); }
  std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(data()), size_bytes_};
  }

  /// Drops the first `count` bytes: they are used.
  /// Requires: count <= size().
  void consume(std::size_t count) noexcept {
    offset_ += static_cast<std::uint32_t>(count);
    size_bytes_ -= static_cast<std::uint32_t>(count);
  }

 private:
  void give_back() noexcept {
    if (owner_ != nullptr) owner_->take_back(buffer_, id_);
  }
  void take(lease& other) noexcept {
    owner_ = std::exchange(other.owner_, nullptr);
    buffer_ = other.buffer_;
    size_bytes_ = std::exchange(other.size_bytes_, 0);
    id_ = other.id_;
    offset_ = other.offset_;
  }

  lender* owner_ = nullptr;
  std::byte* buffer_ = nullptr;
  std::uint32_t size_bytes_ = 0;
  std::uint32_t id_ = 0;
  std::uint32_t offset_ = 0;
};

}  // namespace pirn
