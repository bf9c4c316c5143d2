// map: a function over the elements of ranges, on an executor.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "pirn/core/task.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/chunk_results.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/map_elements.hpp"
#include "pirn/exec/map_window.hpp"

namespace pirn {

namespace detail {

template <class Fn, class... Args>
struct map_result {
  using type = void;  // before the assertion: clang reads no further
  static_assert(std::invocable<Fn&, Args...>,
                "map: fn cannot be called with copies of the ranges' elements, as rvalues");
};
template <class Fn, class... Args>
  requires std::invocable<Fn&, Args...>
struct map_result<Fn, Args...> {
  using type = std::remove_cvref_t<std::invoke_result_t<Fn&, Args...>>;
  static_assert(!is_task<type>, "map: a task belongs to a loop: await it there");
};
/// What `fn` makes of one element of each range; by value, since it may come from another process.
template <class Fn, class... Args>
using map_result_t = typename map_result<Fn, Args...>::type;

/// The callable that a chunk is submitted as: calls `fn` for each tuple of arguments. Empty when
/// `Fn` is, so that it can be called in another process.
template <class Fn>
struct chunk_call {
  [[no_unique_address]] Fn fn;

  template <class... Args>
  chunk_results<map_result_t<Fn, Args...>> operator()(std::vector<std::tuple<Args...>> elements) {
    chunk_results<map_result_t<Fn, Args...>> results(elements.size());
    for (std::tuple<Args...>& each : elements) {
      results.add([&]() -> decltype(auto) { return std::apply(fn, std::move(each)); });
    }
    return results;
  }

  template <class... Args>
  chunk_results<map_result_t<Fn, Args...>> operator()(counted_elements<Args...> elements) {
    chunk_results<map_result_t<Fn, Args...>> results(elements.count);
    for (std::size_t i = 0; i < elements.count; ++i) {
      auto call = [&](Args... first) -> decltype(auto) {
        return fn(static_cast<Args>(static_cast<std::uintmax_t>(first) + i)...);
      };
      results.add([&]() -> decltype(auto) { return std::apply(call, elements.first); });
    }
    return results;
  }
};

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

}  // namespace detail

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

/// Members that all executors have by what they can do: `class pool : public
/// executor_members<pool>`.
template <class Self>
class executor_members {
 public:
  /// pirn::map() on this executor: `pool.map(fn, inputs)`, `pool.map({.chunk = 100}, fn, inputs)`.
  template <class Fn, std::ranges::input_range... Ranges>
  auto map(map_options options, Fn&& fn, Ranges&&... ranges) {
    return pirn::map(static_cast<Self&>(*this), options, std::forward<Fn>(fn),
                     std::forward<Ranges>(ranges)...);
  }
  template <class Fn, std::ranges::input_range... Ranges>
  auto map(Fn&& fn, Ranges&&... ranges) {
    return map(map_options{}, std::forward<Fn>(fn), std::forward<Ranges>(ranges)...);
  }
};

}  // namespace pirn
