#include "pirn/core/timer_ladder.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "pirn/base/assert.hpp"

namespace pirn::detail {

namespace {

// So wide that so many entries, spread evenly over the span, are a few to a bucket.
int shift_for(std::uint64_t span, std::size_t entries) noexcept {
  constexpr std::size_t buckets_max = std::size_t{1}
                                      << 22;  // the span may reach into twice as many
  const std::size_t buckets =
      std::clamp<std::size_t>(entries / timer_ladder::bucket_entries, 1, buckets_max);
  const auto excess =
      static_cast<int>(std::bit_width(span)) - static_cast<int>(std::bit_width(buckets));
  return std::max(0, excess);
}

}  // namespace

// Into the finest rung that reaches so far: what was put into a coarser one for this moment has
// been moved on when the finer one was made.
void timer_ladder::settle_youngest() {
  if (youngest_.when <= rungs_until_ && depth_ != 0) {
    std::size_t level = depth_ - 1;
    while (!rungs_[level].reaches(youngest_.when)) --level;
    put(level, youngest_);
  } else {
    put(beyond_, beyond_number, youngest_);
    earliest_beyond_ = std::min(earliest_beyond_, youngest_.when);
    latest_beyond_ = std::max(latest_beyond_, youngest_.when);
  }
  youngest_.node = nullptr;
}

void timer_ladder::remove_settled(std::uint32_t slot, std::uint32_t bucket_number) noexcept {
  bucket& from = bucket_at(bucket_number);
  at(slot) = {.when = from.hole, .node = nullptr};
  from.hole = slot;
  if (--from.timers == 0) drop_holes(from);
}

// A rung that ends where what is here begins: buckets may begin before the first moment, none may
// reach beyond the last.
void timer_ladder::add_earlier(std::span<const timer_entry> added, std::int64_t until) {
  if (empty()) {
    while (depth_ != 0) drop_finest_rung();  // they are past
    for (const timer_entry each : added) add(each);
    return;
  }
  if (youngest_.node != nullptr) settle_youngest();
  while (depth_ != 0 && rungs_[depth_ - 1].present == rungs_[depth_ - 1].buckets.size()) {
    drop_finest_rung();
  }
  const std::int64_t first_moment = std::ranges::min(added, {}, &timer_entry::when).when;
  const std::uint64_t span =
      static_cast<std::uint64_t>(until) - static_cast<std::uint64_t>(first_moment);
  const int shift = shift_for(span, added.size());
  const std::size_t buckets = static_cast<std::size_t>(span >> shift) + 1;
  add_rung(static_cast<std::int64_t>(static_cast<std::uint64_t>(until) + 1 - (buckets << shift)),
           shift, buckets);
  for (const timer_entry each : added) put(depth_ - 1, each);
  size_ += added.size();
}

std::int64_t timer_ladder::take_first(std::vector<timer_entry>& into) {
  if (youngest_.node != nullptr) settle_youngest();
  for (;;) {
    if (depth_ == 0) divide_beyond();
    rung& finest = rungs_[depth_ - 1];
    while (finest.present < finest.buckets.size() && finest.buckets[finest.present].timers == 0) {
      ++finest.present;
    }
    if (finest.present == finest.buckets.size()) {
      drop_finest_rung();
      continue;
    }
    const std::size_t index = finest.present++;
    bucket& first = finest.buckets[index];
    if (first.timers > bucket_max_entries && finest.shift > 0) {
      divide_finest(index);
      continue;
    }
    const std::int64_t last_moment = finest.last_moment_of(index);
    size_ -= first.timers;
    use_up(first, [&into](timer_entry each) { into.push_back(each); });
    return last_moment;
  }
}

void timer_ladder::put(bucket& into, std::uint32_t number, timer_entry added) {
  std::uint32_t slot = into.hole;
  if (slot != no_slot) {
    into.hole = static_cast<std::uint32_t>(at(slot).when);
  } else {
    const std::uint32_t in_chunk = into.used % chunk_entries;
    if (in_chunk == 0) begin_chunk(into);
    ++into.used;
    slot = into.first * chunk_entries + in_chunk;
  }
  ++into.timers;
  at(slot) = added;
  added.node->place_ = place_bit | slot;
  added.node->bucket_ = number;
}

void timer_ladder::put(std::size_t level, timer_entry added) {
  const auto index = static_cast<std::uint32_t>(rungs_[level].index_of(added.when));
  put(rungs_[level].buckets[index], static_cast<std::uint32_t>(level) << index_bits | index, added);
}

void timer_ladder::begin_chunk(bucket& of) {
  const std::uint32_t taken = take_chunk();
  next_[taken] = of.first;
  of.first = taken;
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

void timer_ladder::drop_holes(bucket& emptied) noexcept {
  while (emptied.first != no_chunk) drop_first_chunk(emptied);
  emptied = {};
}

// Each chunk is free before its entries are used, which may need one.
template <class Use>
void timer_ladder::use_up(bucket& emptied, Use use) {
  while (emptied.used > 0) {
    const std::uint32_t in_chunk = (emptied.used - 1) % chunk_entries + 1;
    const chunk taken = chunks_[emptied.first];
    drop_first_chunk(emptied);
    emptied.used -= in_chunk;
    for (std::uint32_t i = 0; i < in_chunk; ++i) {
      if (taken.entries[i].node != nullptr) use(taken.entries[i]);
    }
  }
  emptied = {};
}

// Each that is not used up is narrower than the one before, so there are never many.
void timer_ladder::add_rung(std::int64_t start, int shift, std::size_t buckets) {
  constexpr std::size_t rungs_max = std::size_t{1} << (32 - index_bits);
  PIRN_ASSERT(depth_ < rungs_max - 1, "a timer's bucket number has room for its rung");
  if (depth_ == rungs_.size()) rungs_.emplace_back();
  rung& added = rungs_[depth_++];
  added.start = start;
  added.shift = shift;
  added.present = 0;
  added.buckets.assign(buckets, {});
  if (depth_ == 1) rungs_until_ = added.last_moment_of(buckets - 1);
}

void timer_ladder::drop_finest_rung() noexcept {
  if (--depth_ == 0) rungs_until_ = INT64_MIN;
}

void timer_ladder::divide_beyond() {
  const std::uint64_t span =
      static_cast<std::uint64_t>(latest_beyond_) - static_cast<std::uint64_t>(earliest_beyond_);
  const int shift = shift_for(span, beyond_.timers);
  add_rung(earliest_beyond_, shift, static_cast<std::size_t>(span >> shift) + 1);
  earliest_beyond_ = INT64_MAX;
  latest_beyond_ = INT64_MIN;
  use_up(beyond_, [this](timer_entry each) { put(depth_ - 1, each); });
}

void timer_ladder::divide_finest(std::size_t index) {
  rung& coarse = rungs_[depth_ - 1];
  bucket all = std::exchange(coarse.buckets[index], {});
  const auto start = static_cast<std::int64_t>(static_cast<std::uint64_t>(coarse.start) +
                                               (static_cast<std::uint64_t>(index) << coarse.shift));
  const int bits =
      std::min(coarse.shift, static_cast<int>(std::bit_width(all.timers / bucket_entries)));
  add_rung(start, coarse.shift - bits, std::size_t{1} << bits);
  use_up(all, [this](timer_entry each) { put(depth_ - 1, each); });
}

}  // namespace pirn::detail
