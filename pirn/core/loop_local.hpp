// loop_local: an object of which each loop has one, made when it is first asked for.
#pragma once

#include <memory>

#include "pirn/core/loop.hpp"

namespace pirn {

/// An object per loop: what tasks of one loop share without a lock, and other loops have their own
/// of. It is made by `T()` when a loop first asks, and ends with the loop, after the loop's tasks.
///
/// Threads:  `of` on the loop's own.
/// Lifetime: outlives the loops; a variable of the namespace.
/// Source:   threading.local, for loops.
template <class T>
class loop_local {
 public:
  constexpr loop_local() = default;
  loop_local(loop_local&&) = delete;  // known by its address

  T& of(loop& home) {
    if (detail::loop_value* known = home.find_value(this))
      return static_cast<holder*>(known)->value;
    auto made = std::make_unique<holder>();
    made->variable = this;
    T& value = made->value;
    home.keep_value(std::move(made));
    return value;
  }

 private:
  struct holder final : detail::loop_value {
    T value;
  };
};

}  // namespace pirn
