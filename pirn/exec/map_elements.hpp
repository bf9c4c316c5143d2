// map_elements: how map() reads its ranges, chunk by chunk.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <limits>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace pirn::detail {

/// Reads elements into copies, one tuple for what is called together. The shortest range ends it.
template <std::ranges::view... Views>
class copying_reader {
 public:
  using arguments = std::tuple<std::decay_t<std::ranges::range_reference_t<Views>>...>;
  using elements = std::vector<arguments>;

  template <class... Ranges>
  explicit copying_reader(Ranges&&... ranges)
      : views_(std::views::all(std::forward<Ranges>(ranges))...),
        at_(std::apply([](Views&... each) { return positions(std::ranges::begin(each)...); },
                       views_)) {}

  /// Adds up to `max` elements. What it had read when a range threw stays in `to`.
  void read(elements& to, std::size_t max) {
    to.reserve(std::min(max, size_hint()));
    while (to.size() < max && !is_at_end(std::index_sequence_for<Views...>())) {
      std::apply([&](auto&... each) { to.emplace_back(*each...); }, at_);
      std::apply([](auto&... each) { (++each, ...); }, at_);
    }
  }

 private:
  using positions = std::tuple<std::ranges::iterator_t<Views>...>;

  // Of the whole input, if it is known.
  std::size_t size_hint() const {
    if constexpr ((std::ranges::sized_range<const Views> && ...)) {
      const auto size = [](const auto& each) {
        return static_cast<std::size_t>(std::ranges::size(each));
      };
      return std::apply([&](const Views&... each) { return std::min({size(each)...}); }, views_);
    } else {
      return 0;
    }
  }

  template <std::size_t... Index>
  bool is_at_end(std::index_sequence<Index...>) {
    return ((std::get<Index>(at_) == std::ranges::end(std::get<Index>(views_))) || ...);
  }

  std::tuple<Views...> views_;
  positions at_;
};

/// The next `count` elements of ranges that count.
template <std::integral... Integers>
struct counted_elements {
  std::tuple<Integers...> first;
  std::size_t count = 0;

  bool empty() const noexcept { return count == 0; }
  std::size_t size() const noexcept { return count; }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(first, count);
  }
};

/// Reads std::views::iota's ranges: what crosses to another thread or process is where a chunk
/// begins, not its elements.
template <class... Counts>
class counting_reader {
  using arguments = std::tuple<std::ranges::range_value_t<Counts>...>;

 public:
  using elements = counted_elements<std::ranges::range_value_t<Counts>...>;

  explicit counting_reader(const Counts&... ranges)
      : at_(ranges.begin()...), ends_(ranges.end()...) {}

  void read(elements& to, std::size_t max) {
    const std::size_t count = std::min(max, left(std::index_sequence_for<Counts...>()));
    if (count == 0) return;  // the end is no element
    to = {std::apply([](auto... each) { return arguments(*each...); }, at_), count};
    std::apply([count](auto&... each) { (advance(each, count), ...); }, at_);
  }

 private:
  template <std::size_t... Index>
  std::size_t left(std::index_sequence<Index...>) const {
    return std::min({between(std::get<Index>(at_), std::get<Index>(ends_))...});
  }
  template <class Iterator, class Sentinel>
  static std::size_t between(Iterator at, Sentinel end) {
    if constexpr (std::sized_sentinel_for<Sentinel, Iterator>) {
      return static_cast<std::size_t>(end - at);
    } else {
      return std::numeric_limits<std::size_t>::max();  // it counts for ever
    }
  }
  template <class Iterator>
  static void advance(Iterator& at, std::size_t count) {
    at += static_cast<std::iter_difference_t<Iterator>>(count);
  }

  std::tuple<std::ranges::iterator_t<const Counts>...> at_;
  std::tuple<std::ranges::sentinel_t<const Counts>...> ends_;
};

template <class View>
inline constexpr bool counts = false;
template <std::integral Integer>
inline constexpr bool counts<std::ranges::iota_view<Integer, Integer>> = true;
template <std::integral Integer>
inline constexpr bool counts<std::ranges::iota_view<Integer, std::unreachable_sentinel_t>> = true;

template <class... Views>
using map_reader =
    std::conditional_t<(counts<Views> && ...), counting_reader<Views...>, copying_reader<Views...>>;

}  // namespace pirn::detail
