// hash: a running 64-bit hash that depends on the order of what is added, the same on every
// machine.
#pragma once

#include <cstdint>
#include <string_view>

namespace pirn {

/// Spreads the bits of a word over the whole word; a bijection.
/// Source: the output function of splitmix64 (Steele, Lea, Flood, 2014).
constexpr std::uint64_t mix_bits(std::uint64_t word) noexcept {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
  return word ^ (word >> 31);
}

/// Sums up a history in one word. Not for secrets.
class running_hash {
 public:
  constexpr void add(std::uint64_t word) noexcept {
    state_ = mix_bits(state_ ^ word) + 0x9e3779b97f4a7c15U;
  }
  constexpr void add(std::string_view text) noexcept {
    for (char letter : text) add(static_cast<unsigned char>(letter));
    add(text.size());
  }
  constexpr std::uint64_t value() const noexcept { return state_; }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace pirn
