#include "pirn/exec/map_window.hpp"

#include <bit>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/within.hpp"
#include "pirn/exec/blocking_wait.hpp"

namespace pirn::detail {

namespace {
constexpr std::string_view instead = "co_await results.next()";
}

map_window::map_window(map_options options) : options_(options), limit_(options.timeout) {
  if (options.chunk == 0) throw std::invalid_argument("map: a chunk has at least one element");
}

map_window::~map_window() {
  for (map_chunk& each : in_order_) each.results.cancel();
  for (std::optional<map_chunk>& each : numbered_) {
    if (each) each->results.cancel();
  }
}

void map_window::add(map_chunk chunk) {
  if (options_.ordered) {
    in_order_.push_back(std::move(chunk));
  } else {
    numbered_.reserve(std::bit_ceil(count_ + 1));  // before the end of what has no place is told
    const std::size_t number = watch_.add(chunk.results.state());
    if (number == numbered_.size()) numbered_.emplace_back();
    numbered_[number].emplace(std::move(chunk));
  }
  ++count_;
}

map_chunk map_window::take() {
  if (!options_.ordered) {
    const std::optional<std::size_t> number = watch_.take(limit_.for_thread(), instead);
    if (!number) throw timeout_error();
    return pop_numbered(*number);
  }
  future_state& oldest = in_order_.front().results.state();
  if (!oldest.is_settled()) {
    refuse_to_block_a_loop("waiting for the results of map()", instead);
    if (!oldest.wait(limit_.for_thread())) throw timeout_error();
  }
  return pop_oldest();
}

task<map_chunk> map_window::next() {
  const time_point deadline = limit_.for_task(loop::current());
  if (!options_.ordered) {
    std::optional<std::size_t> number = watch_.try_take();
    if (!number) number = co_await timeout_at(deadline, watch_.next());
    co_return pop_numbered(*number);
  }
  future_state& oldest = in_order_.front().results.state();
  if (!oldest.is_settled()) co_await timeout_at(deadline, settled_wait(oldest));
  co_return pop_oldest();
}

map_chunk map_window::pop_oldest() {
  map_chunk chunk = std::move(in_order_.front());
  in_order_.pop_front();
  --count_;
  return chunk;
}

map_chunk map_window::pop_numbered(std::size_t number) {
  map_chunk chunk = *std::exchange(numbered_[number], std::nullopt);
  --count_;
  return chunk;
}

}  // namespace pirn::detail
