// election: how a node comes to lead, and how it votes.
#include <algorithm>

#include "raft.hpp"

namespace pirn::apps::kv {

// Each waits for a different time, so that most often one stands alone.
void raft::wait_for_leader(time_point now) {
  const auto spread = static_cast<std::uint64_t>(options_.election_after.count());
  deadline_ =
      now + options_.election_after + duration(static_cast<duration::rep>(lots_.below(spread)));
}

void raft::stand(time_point now) {
  role_ = role::candidate;
  leader_.reset();
  ++now_.term;
  now_.vote = options_.self;
  changed_ballot();
  wait_for_leader(now);
  for (peer& each : peers_) each = {.due = now};
  peers_[options_.self] = {.votes_for_us = true};
  if (majority() == 1) lead(now);
}

void raft::enter_term(term_number term, time_point now) {
  now_ = {.term = term, .vote = {}};
  changed_ballot();
  follow(now);
}

void raft::follow(time_point now) {
  if (role_ != role::follower) wait_for_leader(now);
  role_ = role::follower;
  leader_.reset();
}

// Whether the other's log lacks what may be committed.
bool raft::is_behind(const vote_request& asked) const noexcept {
  if (has(planted_bug::ignores_logs_in_votes)) return false;
  if (asked.last_term != log_.last_term()) return asked.last_term < log_.last_term();
  return asked.last_index < log_.last_index();
}

vote_answer raft::receive(const vote_request& asked, time_point now) {
  const bool stays = has(planted_bug::keeps_term);
  if (asked.term > now_.term && !stays) enter_term(asked.term, now);
  const bool is_of_term = stays ? asked.term >= now_.term : asked.term == now_.term;
  const bool is_free = !now_.vote || *now_.vote == asked.candidate ||
                       has(planted_bug::votes_twice) || asked.term > now_.term;
  if (role_ != role::follower || !is_of_term || !is_free || is_behind(asked)) {
    return {.term = now_.term, .granted = false};
  }
  now_.vote = asked.candidate;
  changed_ballot();
  wait_for_leader(now);
  return {.term = asked.term, .granted = true};
}

void raft::receive(node_id from, const vote_answer& said, time_point now) {
  if (said.term > now_.term) return enter_term(said.term, now);
  if (role_ != role::candidate || said.term != now_.term || !said.granted) return;
  peers_[from].votes_for_us = true;
  const auto votes = std::ranges::count(peers_, true, &peer::votes_for_us);
  if (static_cast<std::uint32_t>(votes) >= majority()) lead(now);
}

// Begins with an entry of its own term: only with it are those of former terms committed.
void raft::lead(time_point now) {
  role_ = role::leader;
  leader_ = options_.self;
  deadline_ = now + options_.election_after;
  for (peer& each : peers_) each = {.due = now, .heard = now, .next = log_.last_index() + 1};
  peers_[options_.self].due = never;
  append({.term = now_.term, .what = {}}, now);
}

bool raft::has_majority_heard_since(time_point when) const noexcept {
  std::uint32_t heard = 1;
  for (node_id each = 0; each < peers_.size(); ++each) {
    heard += each != options_.self && peers_[each].heard >= when;
  }
  return heard >= majority();
}

}  // namespace pirn::apps::kv
