#include "pirn/remote/archive.hpp"

namespace pirn::remote {

void archive_out::write_block(const void* data, std::size_t size_bytes) {
  if (blocks_ != nullptr && size_bytes >= blocks_->size_min_bytes()) {
    blocks_->put({static_cast<const std::byte*>(data), size_bytes});
  } else {
    write(data, size_bytes);
  }
}

void archive_in::read_block(void* data, std::size_t size_bytes) {
  if (blocks_ != nullptr && size_bytes >= blocks_->size_min_bytes()) {
    blocks_->take({static_cast<std::byte*>(data), size_bytes});
  } else {
    read(data, size_bytes);
  }
}

void archive_in::check_size(std::size_t elements) const {
  // An element may take no bytes at all, so a small size is never refused; it does no harm.
  constexpr std::size_t harmless = 65'536;
  std::size_t there = rest_.size();
  if (blocks_ != nullptr) there += blocks_->next_size_bytes();
  if (elements > harmless && elements > there) {
    throw message_error("damaged message: " + std::to_string(elements) + " elements in " +
                        std::to_string(there) + " bytes");
  }
}

void archive_in::expect_end() const {
  if (rest_.empty()) return;
  throw message_error("damaged message: " + std::to_string(rest_.size()) + " bytes too many");
}

void archive_in::throw_short() {
  throw message_error("damaged message: it ends too early");
}

}  // namespace pirn::remote
