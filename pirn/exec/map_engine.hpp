// map_engine: what map() does whatever it reads, and on whatever executor.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "pirn/core/task.hpp"
#include "pirn/exec/chunk_results.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/future_state.hpp"
#include "pirn/exec/map_window.hpp"

namespace pirn::detail {

/// Cuts the input into chunks and gives out the results, whatever the input's and the executor's
/// types.
template <class R>
class map_engine {
 public:
  using results = chunk_results<R>;

  virtual ~map_engine() = default;

  /// Steps to the next element, blocking, or on a loop.
  /// Returns: false after the last.
  bool advance() { return step() || advance_chunk(); }
  task<bool> advance_on_loop() {
    while (!step()) {
      if (!has_more()) co_return false;
      map_chunk ended = co_await window_.next();
      start_chunk(std::move(ended));
    }
    co_return true;
  }

  /// The present element's result.
  /// Throws: what its call threw; what became of its chunk, when that was not even done.
  std::add_lvalue_reference_t<R> element() {
    if (has_failed_) [[unlikely]]
      throw_chunk_failure();
    return cursor_.value(at_);
  }

 protected:
  explicit map_engine(map_options options) : window_(options) {}

  /// Sends the next chunk on its way.
  /// Returns: nothing when there are no more elements.
  virtual std::optional<map_chunk> submit_chunk() = 0;

  std::size_t chunk_size() const noexcept { return window_.options().chunk; }
  /// Sends chunks until enough are under way. What that throws ends the input, and is thrown in the
  /// place of what could not be sent; at once only where nothing was.
  void begin() {
    fill();
    if (window_.empty() && failure_) std::rethrow_exception(failure_);
  }
  /// There are no more elements, because of `failure`.
  void end_input(std::exception_ptr failure) noexcept {
    failure_ = std::move(failure);
    is_over_ = true;
  }

 private:
  void fill() noexcept {
    try {
      while (!is_over_ && !window_.is_full()) {
        std::optional<map_chunk> chunk = submit_chunk();
        if (!chunk) return end_input(nullptr);
        window_.add(std::move(*chunk));
      }
    } catch (...) {
      end_input(std::current_exception());
    }
  }

  bool step() noexcept { return ++at_ < size_; }
  [[gnu::noinline]] bool advance_chunk() {
    do {
      if (!has_more()) return false;
      start_chunk(window_.take());
    } while (!step());
    return true;
  }
  // What goes wrong with the input is told after the results of what was sent before.
  bool has_more() {
    present_.reset();
    size_ = at_ = 0;  // a further step finds no element either
    if (!window_.empty()) return true;
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    return false;
  }
  void start_chunk(map_chunk chunk) {
    present_.emplace(std::move(chunk));
    has_failed_ = !state().result.has_value();
    if (!has_failed_) cursor_ = chunk_cursor<R>(state().result.value());
    size_ = present_->size;
    at_ = static_cast<std::size_t>(-1);  // step() goes to the first
    fill();
  }

  typed_future_state<results>& state() noexcept {
    return static_cast<typed_future_state<results>&>(present_->results.state());
  }
  [[noreturn, gnu::noinline]] void throw_chunk_failure() {
    if (state().status() == future_status::cancelled) throw future_cancelled();
    std::rethrow_exception(state().result.error());
  }

  map_window window_;
  std::optional<map_chunk> present_;  // its elements from at_ on are still to be given out
  bool has_failed_ = false;           // the present chunk, as a whole
  chunk_cursor<R> cursor_;            // in the present chunk
  std::size_t size_ = 0;
  std::size_t at_ = 0;
  bool is_over_ = false;
  std::exception_ptr failure_;
};

}  // namespace pirn::detail
