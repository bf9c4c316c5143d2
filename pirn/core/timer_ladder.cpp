#include "pirn/core/timer_ladder.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/timer.hpp"

namespace pirn::detail {

namespace {

// So wide that so many entries, spread evenly over the span, are a few to a bucket.
int shift_for(std::uint64_t span, std::size_t entries) noexcept {
  const std::size_t buckets = std::max<std::size_t>(1, entries / timer_ladder::bucket_entries);
  const auto excess =
      static_cast<int>(std::bit_width(span)) - static_cast<int>(std::bit_width(buckets));
  return std::max(0, excess);
}

}  // namespace

// The finest rung that reaches so far: what was put into a coarser one for this moment has been
// moved on when the finer one was made.
timer_ladder::bucket& timer_ladder::bucket_of(std::int64_t when) noexcept {
  for (std::size_t level = depth_; level-- > 0;) {
    rung& each = rungs_[level];
    const std::uint64_t index = each.index_of(when);
    if (index < each.buckets.size()) return each.buckets[index];
  }
  return beyond_;
}

std::uint32_t timer_ladder::add(timer_entry added) {
  bucket& into = bucket_of(added.when);
  const std::uint32_t slot = put(into, added);
  if (&into == &beyond_) {
    earliest_beyond_ = std::min(earliest_beyond_, added.when);
    latest_beyond_ = std::max(latest_beyond_, added.when);
  }
  ++size_;
  return slot;
}

// A rung that ends where what is here begins: buckets may begin before the first moment, none may
// reach beyond the last.
void timer_ladder::add_earlier(std::span<const timer_entry> added, std::int64_t until) {
  if (empty()) {
    depth_ = 0;  // its rungs are past
    for (const timer_entry each : added) each.node->place_ = place_bit | add(each);
    return;
  }
  const std::int64_t first_moment = std::ranges::min(added, {}, &timer_entry::when).when;
  const std::uint64_t span =
      static_cast<std::uint64_t>(until) - static_cast<std::uint64_t>(first_moment);
  rung& finest = add_rung();
  finest.shift = shift_for(span, added.size());
  finest.buckets.assign(static_cast<std::size_t>(span >> finest.shift) + 1, {});
  finest.start = static_cast<std::int64_t>(static_cast<std::uint64_t>(until) + 1 -
                                           (finest.buckets.size() << finest.shift));
  for (const timer_entry each : added) put_moved(finest.buckets[finest.index_of(each.when)], each);
  size_ += added.size();
}

// The bucket's last entry takes the place, so that only its first chunk is ever partly full.
void timer_ladder::remove(std::uint32_t slot) noexcept {
  bucket& from = bucket_of(at(slot).when);
  const std::uint32_t last = from.first * chunk_entries + (from.count - 1) % chunk_entries;
  if (slot != last) {
    at(slot) = at(last);
    at(slot).node->place_ = place_bit | slot;
  }
  --from.count;
  if (from.count % chunk_entries == 0) drop_first_chunk(from);
  --size_;
}

std::int64_t timer_ladder::take_first(std::vector<timer_entry>& into) {
  for (;;) {
    if (depth_ == 0) divide_beyond();
    rung& finest = rungs_[depth_ - 1];
    while (finest.present < finest.buckets.size() && finest.buckets[finest.present].count == 0) {
      ++finest.present;
    }
    if (finest.present == finest.buckets.size()) {
      --depth_;
      continue;
    }
    const std::size_t index = finest.present++;
    bucket& first = finest.buckets[index];
    if (first.count > bucket_max_entries && finest.shift > 0) {
      divide(finest, index);
      continue;
    }
    const std::int64_t last_moment = finest.last_moment_of(index);
    size_ -= first.count;
    use_up(first, [&into](timer_entry each) { into.push_back(each); });
    return last_moment;
  }
}

std::uint32_t timer_ladder::put(bucket& into, timer_entry added) {
  const std::uint32_t in_chunk = into.count % chunk_entries;
  if (in_chunk == 0) {
    const std::uint32_t taken = take_chunk();
    next_[taken] = into.first;
    into.first = taken;
  }
  ++into.count;
  const std::uint32_t slot = into.first * chunk_entries + in_chunk;
  at(slot) = added;
  return slot;
}

void timer_ladder::put_moved(bucket& into, timer_entry moved) {
  moved.node->place_ = place_bit | put(into, moved);
}

std::uint32_t timer_ladder::take_chunk() {
  if (free_ != no_chunk) {
    const std::uint32_t taken = free_;
    free_ = next_[taken];
    return taken;
  }
  if (next_.size() == next_.capacity()) next_.reserve(2 * next_.size() + 64);
  chunks_.emplace_back();
  next_.push_back(no_chunk);
  return static_cast<std::uint32_t>(chunks_.size() - 1);
}

void timer_ladder::drop_first_chunk(bucket& of) noexcept {
  const std::uint32_t dropped = of.first;
  of.first = next_[dropped];
  next_[dropped] = free_;
  free_ = dropped;
}

// Each chunk is free before its entries are used, which may need one.
template <class Use>
void timer_ladder::use_up(bucket& emptied, Use use) {
  while (emptied.count > 0) {
    const std::uint32_t in_chunk = (emptied.count - 1) % chunk_entries + 1;
    const chunk taken = chunks_[emptied.first];
    drop_first_chunk(emptied);
    emptied.count -= in_chunk;
    for (std::uint32_t i = 0; i < in_chunk; ++i) use(taken.entries[i]);
  }
}

timer_ladder::rung& timer_ladder::add_rung() {
  if (depth_ == rungs_.size()) rungs_.emplace_back();
  rung& added = rungs_[depth_++];
  added.present = 0;
  return added;
}

void timer_ladder::divide_beyond() {
  const std::uint64_t span =
      static_cast<std::uint64_t>(latest_beyond_) - static_cast<std::uint64_t>(earliest_beyond_);
  bucket all = std::exchange(beyond_, {});
  rung& first = add_rung();
  first.start = earliest_beyond_;
  first.shift = shift_for(span, all.count);
  first.buckets.assign(static_cast<std::size_t>(span >> first.shift) + 1, {});
  earliest_beyond_ = INT64_MAX;
  latest_beyond_ = INT64_MIN;
  use_up(all, [&](timer_entry each) { put_moved(first.buckets[first.index_of(each.when)], each); });
}

void timer_ladder::divide(rung& coarse, std::size_t index) {
  bucket all = std::exchange(coarse.buckets[index], {});
  const std::int64_t start =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(coarse.start) +
                                (static_cast<std::uint64_t>(index) << coarse.shift));
  const int bits =
      std::min(coarse.shift, static_cast<int>(std::bit_width(all.count / bucket_entries)));
  const int shift = coarse.shift - bits;
  rung& fine = add_rung();  // `coarse` may have moved
  fine.start = start;
  fine.shift = shift;
  fine.buckets.assign(std::size_t{1} << bits, {});
  use_up(all, [&](timer_entry each) { put_moved(fine.buckets[fine.index_of(each.when)], each); });
}

}  // namespace pirn::detail
