#include "pirn/remote/archive.hpp"

namespace pirn::remote {

unique_fd attachments::take() {
  if (taken_ == descriptors_.size())
    throw message_error("damaged message: a descriptor is missing");
  return std::move(descriptors_[taken_++]);
}

void archive_in::check_size(std::size_t elements) const {
  // An element may take no bytes at all, so a small size is never refused; it does no harm.
  constexpr std::size_t harmless = 65'536;
  if (elements > harmless && elements > rest_.size()) {
    throw message_error("damaged message: " + std::to_string(elements) + " elements in " +
                        std::to_string(rest_.size()) + " bytes");
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
