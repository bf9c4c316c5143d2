#include "pirn/platform/affinity.hpp"

#include <atomic>
#include <cerrno>
#include <climits>
#include <span>
#include <string>

#include <sched.h>

#include "pirn/platform/fd.hpp"

namespace pirn {

namespace {

using mask_word = unsigned long;
constexpr std::size_t bits_per_word = sizeof(mask_word) * CHAR_BIT;
constexpr std::size_t processors_max = 1 << 16;  // that any kernel would count

/// A set of processors as sched_setaffinity(2) takes it. The kernel refuses a mask that is smaller
/// than its own, so the set grows until it is taken.
class processor_mask {
 public:
  static processor_mask of_this_thread() {
    processor_mask mask;
    for (std::size_t processors = CPU_SETSIZE; processors <= processors_max; processors *= 2) {
      mask.words_.assign(processors / bits_per_word, 0);
      auto* words = reinterpret_cast<cpu_set_t*>(mask.words_.data());
      if (::sched_getaffinity(0, mask.size_bytes(), words) == 0) return mask;
      if (errno != EINVAL) break;
    }
    throw std::system_error(last_error(), "sched_getaffinity");
  }

  static processor_mask of(std::span<const unsigned> processors) {
    processor_mask mask;
    mask.words_.assign(processors.back() / bits_per_word + 1, 0);
    for (unsigned each : processors) {
      mask.words_[each / bits_per_word] |= mask_word{1} << (each % bits_per_word);
    }
    return mask;
  }

  bool apply() const noexcept {
    const auto* words = reinterpret_cast<const cpu_set_t*>(words_.data());
    return ::sched_setaffinity(0, size_bytes(), words) == 0;
  }

  std::vector<unsigned> processors() const {
    std::vector<unsigned> found;
    for (unsigned each = 0; each < words_.size() * bits_per_word; ++each) {
      if ((words_[each / bits_per_word] >> (each % bits_per_word) & 1) != 0) found.push_back(each);
    }
    return found;
  }

 private:
  std::size_t size_bytes() const noexcept { return words_.size() * sizeof(mask_word); }
  std::vector<mask_word> words_;
};

/// Where the process might run before its first pin.
const processor_mask& unpinned() {
  static const processor_mask mask = processor_mask::of_this_thread();
  return mask;
}
std::atomic<bool> was_pinned{false};

}  // namespace

std::vector<unsigned> allowed_processors() {
  return processor_mask::of_this_thread().processors();
}

processor_pin::processor_pin(unsigned processor) : before_(allowed_processors()) {
  unpinned();
  was_pinned.store(true);
  if (processor_mask::of({&processor, 1}).apply()) return;
  throw std::system_error(last_error(), "pin a thread to processor " + std::to_string(processor));
}

// What fails here leaves the thread where it is: slower, but right.
processor_pin::~processor_pin() {
  processor_mask::of(before_).apply();
}

void leave_pin() noexcept {
  if (was_pinned.load()) unpinned().apply();
}

}  // namespace pirn
