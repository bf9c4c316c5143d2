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
      try {
        std::rethrow_exception(each);
      } catch (const E& error) {
        return &error;  // the exception_ptr keeps the object alive
      } catch (const exception_group& inner) {
        if (const E* found = inner.find<E>()) return found;
      } catch (...) {
      }
    }
    return nullptr;
  }

  /// Divides the exceptions (those of nested groups too) into those of type E and the others.
  template <class E>
  std::pair<std::vector<std::exception_ptr>, std::vector<std::exception_ptr>> split() const {
    std::pair<std::vector<std::exception_ptr>, std::vector<std::exception_ptr>> parts;
    for (const std::exception_ptr& each : exceptions_) {
      try {
        std::rethrow_exception(each);
      } catch (const E&) {
        parts.first.push_back(each);
      } catch (const exception_group& inner) {
        auto [matching, rest] = inner.split<E>();
        parts.first.insert(parts.first.end(), matching.begin(), matching.end());
        parts.second.insert(parts.second.end(), rest.begin(), rest.end());
      } catch (...) {
        parts.second.push_back(each);
      }
    }
    return parts;
  }

 private:
  std::vector<std::exception_ptr> exceptions_;
};

/// What an exception says: its what(), or a word for one that is not a std::exception.
std::string describe_exception(const std::exception_ptr& error);

}  // namespace pirn
