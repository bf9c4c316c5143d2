// tagged_pointer: a pointer with a small number in the bits that its alignment leaves unused.
#pragma once

#include <cstdint>

namespace pirn {

/// A pointer to a `T`, which may be incomplete, and a `Tag` below 8.
template <class T, class Tag>
class tagged_pointer {
 public:
  tagged_pointer() = default;
  /// Requires: the object is aligned to 8 bytes.
  tagged_pointer(T* pointer, Tag tag) noexcept
      : word_(reinterpret_cast<std::uintptr_t>(pointer) | number_of(tag)) {}

  T* pointer() const noexcept { return reinterpret_cast<T*>(word_ & ~tag_bits); }
  Tag tag() const noexcept { return static_cast<Tag>(word_ & tag_bits); }
  void set_tag(Tag tag) noexcept { word_ = (word_ & ~tag_bits) | number_of(tag); }

 private:
  static constexpr std::uintptr_t tag_bits = 7;
  static constexpr std::uintptr_t number_of(Tag tag) noexcept {
    return static_cast<std::uintptr_t>(tag);
  }

  std::uintptr_t word_ = 0;
};

}  // namespace pirn
