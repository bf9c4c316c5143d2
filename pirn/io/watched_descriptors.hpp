// watched_descriptors: a selector without its data: what the kernel watches, and whose fault it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pirn/base/time.hpp"
#include "pirn/platform/descriptor_set.hpp"

namespace pirn::io {

/// What a descriptor is watched for, or ready for; combined with `|`.
/// Source: selectors.EVENT_READ, EVENT_WRITE.
enum class selector_events : std::uint8_t { none = 0, read = 1, write = 2, read_write = 3 };

constexpr selector_events operator|(selector_events left, selector_events right) noexcept {
  return static_cast<selector_events>(static_cast<unsigned>(left) | static_cast<unsigned>(right));
}
constexpr selector_events operator&(selector_events left, selector_events right) noexcept {
  return static_cast<selector_events>(static_cast<unsigned>(left) & static_cast<unsigned>(right));
}
/// Whether `events` has one of `wanted`.
constexpr bool any_of(selector_events events, selector_events wanted) noexcept {
  return (events & wanted) != selector_events::none;
}

namespace detail {

enum class selector_operation : std::uint8_t { add, modify, remove, look_up };

[[noreturn]] void already_registered(int fd);
[[noreturn]] void not_registered(selector_operation doing, int fd);

struct ready_descriptor {
  int fd;
  selector_events events;
};

/// The part of a selector that does not depend on its data.
class watched_descriptors {
 public:
  watched_descriptors();

  /// Throws: std::invalid_argument, or std::logic_error when it is closed.
  void check(selector_operation doing, int fd, selector_events events) const;
  void check_open(selector_operation doing, int fd) const;

  /// Throws: std::system_error.
  void add(int fd, selector_events events);
  void change(int fd, selector_events events);
  /// Takes one that is closed already, too.
  void remove(int fd) noexcept { set_.remove(fd); }

  /// Lifetime: what it gives is good until the next wait.
  std::span<const ready_descriptor> wait(duration timeout, std::size_t watched);

  void close() noexcept { set_.close(); }
  bool is_open() const noexcept { return set_.get() >= 0; }
  int native_handle() const noexcept { return set_.get(); }

 private:
  descriptor_set set_;
  std::vector<descriptor_set::ready> room_;
  std::vector<ready_descriptor> ready_;
};

}  // namespace detail
}  // namespace pirn::io
