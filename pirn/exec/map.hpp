// map: a function over the elements of ranges, on an executor.
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

#include "pirn/core/task.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/chunk_call.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/map_elements.hpp"
#include "pirn/exec/map_engine.hpp"
#include "pirn/exec/map_window.hpp"

namespace pirn {

/// The results of map(), to be taken once.
///
///   for (int& each : pool.map(fn, inputs)) ...                              // on a plain thread
///   while (auto each = co_await results.next()) use(*each);                 // on a loop
///
/// What the call for an element threw is thrown where that element is looked at (`*iterator`, or
/// next()); one may go on to those after it. Dropping it cancels what has not begun.
///
/// Throws:  timeout_error from a step, when the options' time has passed since map();
///          std::logic_error from begin() and ++ on a loop's own thread, if they would wait.
/// Threads: one at a time.
template <class R>
class [[nodiscard]] mapped {
 public:
  using value_type = R;

  explicit mapped(std::unique_ptr<detail::map_engine<R>> engine) noexcept
      : engine_(std::move(engine)) {}

  /// Waits for the next result, on a loop.
  /// Returns: the result, nullopt after the last; for void true, false after the last.
  /// Cancel:  loses nothing.
  task<maybe_t<R>> next() {
    const bool is_there = co_await engine_->advance_on_loop();
    if (!is_there) co_return maybe_t<R>{};
    if constexpr (std::is_void_v<R>) {
      engine_->element();
      co_return true;
    } else {
      co_return std::move(engine_->element());
    }
  }

  /// Blocks in each step until the next result is there.
  class iterator {
   public:
    using value_type = R;
    using difference_type = std::ptrdiff_t;

    explicit iterator(detail::map_engine<R>& engine) : engine_(&engine) { ++*this; }
    std::add_lvalue_reference_t<R> operator*() const { return engine_->element(); }
    iterator& operator++() {
      is_there_ = engine_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const noexcept { return !is_there_; }

   private:
    detail::map_engine<R>* engine_;
    bool is_there_ = false;
  };
  iterator begin() { return iterator(*engine_); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::unique_ptr<detail::map_engine<R>> engine_;
};

namespace detail {

/// Reads chunks of the ranges' elements and submits them.
template <class R, class Executor, class Fn, class Reader>
class map_input final : public map_engine<R> {
 public:
  template <class F, class... Ranges>
  map_input(Executor& executor, map_options options, F&& fn, Ranges&&... ranges)
      : map_engine<R>(options),
        executor_(executor),
        call_{std::forward<F>(fn)},
        reader_(std::forward<Ranges>(ranges)...) {
    this->begin();
  }
  ~map_input() noexcept override = default;

 private:
  std::optional<map_chunk> submit_chunk() override {
    typename Reader::elements elements;
    try {
      reader_.read(elements, this->chunk_size());
    } catch (...) {
      if (elements.empty()) throw;
      this->end_input(std::current_exception());  // after those that were read
    }
    if (elements.empty()) return std::nullopt;
    const std::size_t size = elements.size();
    return map_chunk{executor_.submit(call_, std::move(elements)), size};
  }

  Executor& executor_;
  chunk_call<Fn> call_;
  Reader reader_;
};

/// How many chunks an executor wants under way when nobody says it: some can send ahead.
template <class Executor>
std::size_t map_buffer(const Executor& where) noexcept {
  if constexpr (requires { where.map_buffer(); }) {
    return where.map_buffer();
  } else {
    return 2 * std::size_t{where.concurrency()};
  }
}

}  // namespace detail

/// Calls `fn` on `where` for the elements of `ranges`, taken together, up to the end of the
/// shortest. Elements are read, and calls submitted, only as results are taken: at most
/// `options.buffer` chunks of `options.chunk` elements are under way.
///
/// Lifetime: the executor, and ranges that are given as lvalues, must outlive the result; others
///           are moved into it. `fn` is copied into each chunk.
/// Throws:   std::invalid_argument for chunks of nothing. What reading an element or submitting a
///           chunk throws ends the input: it is thrown by the step that would have come to that
///           element, after the results of all before it; by map() itself when it is the first.
/// Cancel:   dropping the result cancels the chunks that have not begun.
/// Source:   concurrent.futures.Executor.map(), mpi4py.futures' `unordered`. Python's reads all its
///           input first, and so throws from map() whatever element fails.
/// Example:  examples/25_executor_map.cpp
template <executor Executor, class Fn, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map(Executor& where, map_options options, Fn&& fn, Ranges&&... ranges) {
  using callable = std::decay_t<Fn>;
  using result =
      detail::map_result_t<callable, std::decay_t<std::ranges::range_reference_t<Ranges>>...>;
  if (options.buffer == 0) options.buffer = detail::map_buffer(where);
  if constexpr (std::invocable<callable&,
                               std::decay_t<std::ranges::range_reference_t<Ranges>>...>) {
    using input = detail::map_input<result, Executor, callable,
                                    detail::map_reader<std::views::all_t<Ranges>...>>;
    return mapped<result>(std::make_unique<input>(where, options, std::forward<Fn>(fn),
                                                  std::forward<Ranges>(ranges)...));
  } else {  // map_result has said so
    return mapped<result>(nullptr);
  }
}
template <executor Executor, class Fn, std::ranges::input_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto map(Executor& where, Fn&& fn, Ranges&&... ranges) {
  return pirn::map(where, map_options{}, std::forward<Fn>(fn), std::forward<Ranges>(ranges)...);
}

}  // namespace pirn
