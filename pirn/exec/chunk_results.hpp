// chunk_results: what the calls for a chunk of map()'s elements came to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/base/compiler.hpp"

namespace pirn::detail {

/// The values of the elements in their order, and beside them what few calls have thrown: so a
/// value costs its own size and no look at how its call ended.
template <class R>
class chunk_results {
  struct nothing {};

 public:
  using stored = std::conditional_t<std::is_void_v<R>, nothing, R>;
  struct kept {  // not R itself: a vector of bool has no elements to refer to
    [[no_unique_address]] stored value;

    template <class Archive>
    void serialize(Archive& archive) {
      if constexpr (!std::is_void_v<R>) archive(value);
    }
  };
  struct failure {
    std::size_t at = 0;
    std::exception_ptr error;
  };

  chunk_results() = default;
  explicit chunk_results(std::size_t expected) {
    values_.reserve(std::min<std::size_t>(expected, 1 << 20));  // a chunk may be endless
  }

  /// Adds what `call()` makes for the next element.
  template <class Call>
  PIRN_ALWAYS_INLINE void add(Call&& call) {
    try {
      if constexpr (std::is_void_v<R>) {
        std::forward<Call>(call)();
        values_.push_back({});
      } else {
        values_.push_back({std::forward<Call>(call)()});
      }
    } catch (...) {
      failures_.push_back({values_.size() + failures_.size(), std::current_exception()});
    }
  }

  std::vector<kept>& values() noexcept { return values_; }
  const std::vector<kept>& values() const noexcept { return values_; }
  std::vector<failure>& failures() noexcept { return failures_; }
  const std::vector<failure>& failures() const noexcept { return failures_; }

 private:
  std::vector<kept> values_;
  std::vector<failure> failures_;
};

/// Goes through a chunk's results; an element may be looked at often, or not at all.
template <class R>
class chunk_cursor {
 public:
  chunk_cursor() = default;
  explicit chunk_cursor(chunk_results<R>& results) noexcept
      : values_(results.values().data()),
        failure_(results.failures().data()),
        failures_end_(failure_ + results.failures().size()) {
    find_failure();
  }

  /// The value of element `at`, which is not before the last one that was asked for.
  /// Throws: what its call threw.
  std::add_lvalue_reference_t<R> value(std::size_t at) {
    if (at >= next_failure_) [[unlikely]]
      pass_failures(at);
    if constexpr (!std::is_void_v<R>) return values_[at - passed_].value;
  }

 private:
  void find_failure() noexcept {
    next_failure_ =
        failure_ == failures_end_ ? std::numeric_limits<std::size_t>::max() : failure_->at;
  }
  [[gnu::cold, gnu::noinline]] void pass_failures(std::size_t at) {
    for (; next_failure_ < at; find_failure()) {
      ++failure_;
      ++passed_;
    }
    if (next_failure_ == at) std::rethrow_exception(failure_->error);
  }

  typename chunk_results<R>::kept* values_ = nullptr;
  const typename chunk_results<R>::failure* failure_ = nullptr;
  const typename chunk_results<R>::failure* failures_end_ = nullptr;
  std::size_t next_failure_ = 0;
  std::size_t passed_ = 0;
};

}  // namespace pirn::detail
