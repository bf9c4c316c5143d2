// parallel: loops and reductions whose parts run on the workers of a pool.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <ranges>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/exec/blocking_wait.hpp"
#include "pirn/exec/job.hpp"
#include "pirn/exec/thread_pool.hpp"

namespace pirn {

namespace detail {

/// Elements of a part that is not split any further, where the caller has no wish: enough parts to
/// even out what they cost.
std::size_t customary_grain(std::size_t count) noexcept;

/// The result of a job that refers to the caller's own: it has ended on return, whatever is thrown.
template <class Whole>
auto result_here(thread_pool& pool, std::string_view what, Whole& whole) {
  refuse_to_block_a_loop(what, "co_await pool.run()");
  auto made = pool.submit(std::ref(whole));
  try {
    made.exception();
  } catch (...) {  // no memory to help with
    if (!made.cancel()) made.exception();
    throw;
  }
  return std::move(made).result();
}

template <class Iterator, class Fn>
job<> for_part(Iterator first, std::size_t count, Fn* fn, std::size_t grain) {
  using difference = std::iter_difference_t<Iterator>;
  if (count <= grain) {
    for (std::size_t i = 0; i < count; ++i) (*fn)(first[static_cast<difference>(i)]);
    co_return;
  }
  const std::size_t half = count / 2;
  auto left = co_await fork(&for_part<Iterator, Fn>, first, half, fn, grain);
  co_await for_part(first + static_cast<difference>(half), count - half, fn, grain);
  co_await join();
}

template <class View, class Fn>
job<> for_each_part(View elements, Fn fn, std::size_t grain) {
  const auto count = static_cast<std::size_t>(std::ranges::distance(elements));
  if (grain == 0) grain = customary_grain(count);
  co_await for_part(std::ranges::begin(elements), count, &fn, grain);
}

template <class T, class Reduce, class Transform>
struct reduction {
  explicit reduction(T none, Reduce reduce, Transform transform)
      : identity(std::move(none)), combine(std::move(reduce)), change(std::move(transform)) {}
  T identity;
  Reduce combine;
  Transform change;
};

template <class Iterator, class T, class Reduce, class Transform>
job<T> reduce_part(Iterator first, std::size_t count, reduction<T, Reduce, Transform>* how,
                   std::size_t grain) {
  using difference = std::iter_difference_t<Iterator>;
  if (count <= grain) {
    T total = how->identity;
    for (std::size_t i = 0; i < count; ++i) {
      total = how->combine(std::move(total), how->change(first[static_cast<difference>(i)]));
    }
    co_return total;
  }
  const std::size_t half = count / 2;
  auto left = co_await fork(&reduce_part<Iterator, T, Reduce, Transform>, first, half, how, grain);
  T right = co_await reduce_part(first + static_cast<difference>(half), count - half, how, grain);
  co_await join();
  co_return how->combine(left.value(), std::move(right));
}

template <class View, class T, class Reduce, class Transform>
job<T> reduce_parts(View elements, reduction<T, Reduce, Transform> how, std::size_t grain) {
  const auto count = static_cast<std::size_t>(std::ranges::distance(elements));
  if (grain == 0) grain = customary_grain(count);
  T total = co_await reduce_part(std::ranges::begin(elements), count, &how, grain);
  co_return total;
}

}  // namespace detail

/// Calls `fn` with each element, in no order, parts of `grain` elements at a time (0: as fits) on
/// whatever workers are free: a job, to be awaited by a job or submitted.
///
/// Throws:   what the first part threw that failed; the elements of other parts have been seen to,
///           those after a failure in its own part have not.
/// Cancel:   as any job: no part is left out once it has begun.
/// Lifetime: an lvalue range is referred to; an rvalue one is moved into the job.
template <std::ranges::random_access_range Range, class Fn>
job<> parallel_for(Range&& range, Fn fn, std::size_t grain = 0) {
  return detail::for_each_part(std::views::all(std::forward<Range>(range)), std::move(fn), grain);
}
/// The same on a pool, from a plain thread, which blocks until it is done.
/// Throws: also what submit() throws; std::logic_error on a loop's own thread: `co_await
/// pool.run()`
///         a function there that gives the job.
template <std::ranges::random_access_range Range, class Fn>
void parallel_for(thread_pool& pool, Range&& range, Fn fn, std::size_t grain = 0) {
  auto whole = [&] { return parallel_for(range, std::ref(fn), grain); };
  detail::result_here(pool, "parallel_for()", whole);
}

/// `reduce(... reduce(identity, transform(first)) ..., transform(last))`, a job. `reduce` must be
/// associative and `identity` neutral; the order of the elements is kept.
///
/// Throws, Cancel, Lifetime: as parallel_for().
template <std::ranges::random_access_range Range, class T, class Reduce = std::plus<>,
          class Transform = std::identity>
job<T> parallel_reduce(Range&& range, T identity, Reduce reduce = {}, Transform transform = {},
                       std::size_t grain = 0) {
  return detail::reduce_parts(
      std::views::all(std::forward<Range>(range)),
      detail::reduction(std::move(identity), std::move(reduce), std::move(transform)), grain);
}
/// The same on a pool, from a plain thread, which blocks until it is done.
/// Throws: as parallel_for() on a pool.
template <std::ranges::random_access_range Range, class T, class Reduce = std::plus<>,
          class Transform = std::identity>
T parallel_reduce(thread_pool& pool, Range&& range, T identity, Reduce reduce = {},
                  Transform transform = {}, std::size_t grain = 0) {
  auto whole = [&] {
    return parallel_reduce(range, std::move(identity), std::ref(reduce), std::ref(transform),
                           grain);
  };
  return detail::result_here(pool, "parallel_reduce()", whole);
}

}  // namespace pirn
