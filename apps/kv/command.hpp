// command: what a client asks of the store, and what it is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace pirn::apps::kv {

/// Known by client and sequence, so that one that is sent twice is carried out once.
struct command {
  static constexpr std::size_t max_bytes = std::size_t{1} << 20;

  enum class kind : std::uint8_t { nothing, read, write, compare_and_swap };

  kind what = kind::nothing;  ///< nothing: what a leader begins its term with
  std::uint64_t client = 0;
  std::uint64_t sequence = 0;  ///< rises with each command of a client
  std::string key;
  std::optional<std::string> expected;  ///< by a compare_and_swap; nothing: that there is none
  std::string value;

  /// Of its texts together; at most `max_bytes`.
  std::size_t size_bytes() const noexcept {
    return key.size() + (expected ? expected->size() : 0) + value.size();
  }
  bool operator==(const command&) const = default;
};

struct answer {
  std::optional<std::string> value;  ///< what a read found
  bool swapped = false;              ///< whether a compare_and_swap did

  bool operator==(const answer&) const = default;
};

}  // namespace pirn::apps::kv
