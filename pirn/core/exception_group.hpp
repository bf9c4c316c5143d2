// exception_group: several failures that are thrown as one.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pirn {

/// What a task group throws when something in it failed: the body's failure first, then the
/// children's in the order in which they failed. Never empty; may hold further groups.
///
/// Source: PEP 654.
class exception_group : public std::runtime_error {
 public:
  /// Requires: at least one exception.
  explicit exception_group(std::vector<std::exception_ptr> exceptions);

  const std::vector<std::exception_ptr>& exceptions() const noexcept { return exceptions_; }

  /// The first exception of type E, also inside nested groups; null when there is none.
  /// Lifetime: as long as this group.
  template <class E>
  const E* find() const {
    for (const std::exception_ptr& each : exceptions_) {
      if (const E* found = match<E>(each)) return found;
      const auto* inner = match<exception_group>(each);
      if (inner == nullptr) continue;
      if (const E* found = inner->find<E>()) return found;
    }
    return nullptr;
  }

  /// Divides the exceptions (those of nested groups too) into those of type E and the others.
  template <class E>
  std::pair<std::vector<std::exception_ptr>, std::vector<std::exception_ptr>> split() const {
    std::pair<std::vector<std::exception_ptr>, std::vector<std::exception_ptr>> parts;
    for (const std::exception_ptr& each : exceptions_) {
      if (match<E>(each) != nullptr) {
        parts.first.push_back(each);
      } else if (const auto* inner = match<exception_group>(each)) {
        auto [matching, rest] = inner->split<E>();
        parts.first.insert(parts.first.end(), matching.begin(), matching.end());
        parts.second.insert(parts.second.end(), rest.begin(), rest.end());
      } else {
        parts.second.push_back(each);
      }
    }
    return parts;
  }

 private:
  // The exception_ptr keeps the object alive.
  template <class E>
  static const E* match(const std::exception_ptr& each) {
    try {
      std::rethrow_exception(each);
    } catch (const E& error) {
      return &error;
    } catch (...) {
      return nullptr;
    }
  }

  std::vector<std::exception_ptr> exceptions_;
};

/// What an exception says: its what(), or a word for one that is not a std::exception.
std::string describe_exception(const std::exception_ptr& error);

}  // namespace pirn
