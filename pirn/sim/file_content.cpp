#include "pirn/sim/file_content.hpp"

#include <algorithm>
#include <utility>

namespace pirn::sim {

std::size_t file_content::read(std::uint64_t offset, std::span<std::byte> into) const noexcept {
  if (offset >= now_.size()) return 0;
  const std::size_t count = std::min<std::size_t>(into.size(), now_.size() - offset);
  std::ranges::copy(std::as_bytes(std::span(now_)).subspan(offset, count), into.begin());
  return count;
}

void file_content::write(std::uint64_t offset, std::span<const std::byte> from) {
  change made{offset, std::string(reinterpret_cast<const char*>(from.data()), from.size()), false};
  apply(made, now_);
  changes_.push_back(std::move(made));
}

void file_content::truncate(std::uint64_t size_bytes) {
  change made{size_bytes, {}, true};
  apply(made, now_);
  changes_.push_back(std::move(made));
}

void file_content::apply(const change& one, std::string& to) {
  if (one.cuts) return to.resize(one.offset);
  to.resize(std::max<std::size_t>(to.size(), one.offset + one.bytes.size()));
  to.replace(one.offset, one.bytes.size(), one.bytes);
}

void file_content::sync() {
  for (const change& each : changes_) apply(each, on_disk_);
  changes_.clear();
}

void file_content::lose_power(random_source& lots) {
  for (change& each : changes_) {
    switch (lots.below(3)) {
      case 0:
        break;
      case 1:
        apply(each, on_disk_);
        break;
      default: {
        const std::size_t sectors = each.bytes.size() / sector_bytes;
        each.bytes.resize(lots.below(sectors + 1) * sector_bytes);
        if (!each.cuts && !each.bytes.empty()) apply(each, on_disk_);
      }
    }
  }
  changes_.clear();
  now_ = on_disk_;
}

}  // namespace pirn::sim
