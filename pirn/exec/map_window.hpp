// map_window: the chunks of a map that are under way, and which of them is next.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "pirn/core/task.hpp"
#include "pirn/exec/executor.hpp"
#include "pirn/exec/future.hpp"
#include "pirn/exec/futures_watch.hpp"
#include "pirn/exec/time_limit.hpp"

namespace pirn::detail {

/// Some elements on their way through an executor.
struct map_chunk {
  future_base results;
  std::size_t size = 0;
};

/// Threads: one at a time.
class map_window {
 public:
  /// Requires: `options.buffer` is not 0.
  explicit map_window(map_options options);
  map_window(map_window&&) = delete;  // futures tell it of their end
  /// Cancels the chunks that have not begun.
  ~map_window();

  const map_options& options() const noexcept { return options_; }
  bool empty() const noexcept { return count_ == 0; }
  bool is_full() const noexcept { return count_ >= options_.buffer; }
  void add(map_chunk chunk);

  /// Blocks until the next chunk has ended: the oldest, or when they come unordered any.
  /// Requires: not empty.
  /// Throws:   timeout_error; std::logic_error on a loop's own thread.
  map_chunk take();
  /// The same on a loop. Cancelled, it loses nothing.
  task<map_chunk> next();

 private:
  map_chunk pop_oldest();
  map_chunk pop_numbered(std::size_t number);

  const map_options options_;
  const time_limit limit_;
  std::size_t count_ = 0;
  std::deque<map_chunk> in_order_;
  std::vector<std::optional<map_chunk>> numbered_;  // by their number in watch_
  futures_watch watch_;
};

}  // namespace pirn::detail
