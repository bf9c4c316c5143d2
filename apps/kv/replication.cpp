// replication: how the leader's log becomes everybody's, and when an entry is committed.
#include <algorithm>
#include <functional>
#include <utility>

#include "raft.hpp"

namespace pirn::apps::kv {

log_index raft::propose(command asked, time_point now) {
  PIRN_ASSERT(leads(), "only a leader adds to the log");
  append({.term = now_.term, .what = std::move(asked)}, now);
  return log_.last_index();
}

void raft::append(entry next, time_point now) {
  log_.append(std::move(next));
  ++changes_;
  for (node_id each = 0; each < peers_.size(); ++each) {
    if (each != options_.self) peers_[each].due = now;
  }
  if (majority() == 1) commit_what_majority_has();
}

request raft::append_request_for(node_id to, std::size_t entries_max) const {
  append_request made;
  made.term = now_.term;
  made.leader = options_.self;
  made.previous_index = peers_[to].next - 1;
  made.previous_term = log_.term_at(made.previous_index);
  made.committed = committed_;
  made.entries = log_.copy(peers_[to].next, entries_max);
  return made;
}

append_answer raft::receive(const append_request& asked, time_point now) {
  if (asked.term < now_.term) return {.term = now_.term, .matches = false, .index = 0};
  if (asked.term > now_.term) enter_term(asked.term, now);
  follow(now);
  leader_ = asked.leader;
  wait_for_leader(now);
  const log_index before = asked.previous_index;
  if (!log_.has(before, asked.previous_term)) {
    const log_index may_match = std::min(before - 1, log_.last_index());
    return {.term = now_.term, .matches = false, .index = may_match};
  }
  take_over(asked);
  const log_index end = before + asked.entries.size();
  committed_ = std::max(committed_, std::min(asked.committed, end));
  return {.term = now_.term, .matches = true, .index = end};
}

// An older request that comes late must not take away what a newer one has brought: only what
// differs is cut off.
void raft::take_over(const append_request& asked) {
  log_index index = asked.previous_index;
  for (const entry& each : asked.entries) {
    ++index;
    if (log_.has(index, each.term)) continue;
    if (index <= log_.last_index()) {
      if (has(planted_bug::keeps_conflicts)) continue;
      log_.cut(index);
      saved_up_to_ = std::min(saved_up_to_, index - 1);
    }
    log_.append(each);
    ++changes_;
  }
}

void raft::receive(node_id from, const append_answer& said, time_point now) {
  if (said.term > now_.term) return enter_term(said.term, now);
  if (!leads() || said.term != now_.term) return;
  peer& other = peers_[from];
  other.heard = now;
  if (said.matches) {
    other.matched = std::max(other.matched, said.index);
    other.next = other.matched + 1;
    commit_what_majority_has();
  } else {
    other.next = std::max(said.index, other.matched) + 1;
  }
  if (other.next <= log_.last_index()) other.due = now;
}

// Of former terms an entry may be with a majority and yet be replaced (figure 8 of the paper); it
// is committed with the first of this term behind it.
void raft::commit_what_majority_has() {
  std::vector<log_index> matched;
  for (const peer& each : peers_) matched.push_back(each.matched);
  matched[options_.self] = log_.last_index();  // on the disk before others are told of it
  std::ranges::sort(matched, std::greater());
  const std::uint32_t needed = majority() - (has(planted_bug::commits_without_majority) ? 1 : 0);
  const log_index shared = matched[needed - 1];
  if (shared <= committed_) return;
  if (log_.term_at(shared) != now_.term && !has(planted_bug::commits_old_terms)) return;
  committed_ = shared;
}

}  // namespace pirn::apps::kv
