// file_content: a simulated file's bytes, as they are and as a power cut would leave them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pirn/base/random.hpp"

namespace pirn::sim {

/// Bytes that are written in memory first, and reach the disk when they are synced. A power cut
/// takes of what was not: each write arrives, is lost, or is torn at a sector's end, apart from the
/// others.
class file_content {
 public:
  std::uint64_t size() const noexcept { return now_.size(); }
  const std::string& text() const noexcept { return now_; }

  /// Returns: how many bytes there were to read.
  std::size_t read(std::uint64_t offset, std::span<std::byte> into) const noexcept;
  /// Writes, behind the end after a gap of zeros.
  void write(std::uint64_t offset, std::span<const std::byte> from);
  void truncate(std::uint64_t size_bytes);

  /// From now on all this is on the disk.
  void sync();
  bool is_synced() const noexcept { return changes_.empty(); }
  void lose_power(random_source& lots);

 private:
  static constexpr std::size_t sector_bytes = 512;

  /// A write, or with `cuts` an end that was moved to `offset`.
  struct change {
    std::uint64_t offset;
    std::string bytes;
    bool cuts;
  };

  static void apply(const change& one, std::string& to);

  std::string now_;
  std::string on_disk_;
  std::vector<change> changes_;  // that make the one of the other
};

}  // namespace pirn::sim
