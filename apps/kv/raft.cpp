#include "raft.hpp"

#include <utility>

namespace pirn::apps::kv {

raft::raft(const raft_options& options, const ballot& saved, std::vector<entry> entries,
           time_point now)
    : options_(options),
      lots_(options.seed),
      now_(saved),
      log_(std::move(entries)),
      peers_(options.nodes),
      saved_up_to_(log_.last_index()) {
  wait_for_leader(now);
}

void raft::tick(time_point now) {
  if (now < deadline_) return;
  if (!leads()) return stand(now);
  // A leader that is cut off makes way: its clients would wait for ever.
  if (has_majority_heard_since(now - options_.election_after)) {
    deadline_ = now + options_.election_after;
  } else {
    follow(now);
  }
}

time_point raft::due(node_id to) const noexcept {
  if (role_ == role::follower) return never;
  return peers_[to].due;
}

request raft::take_request(node_id to, time_point now, std::size_t entries_max) {
  PIRN_ASSERT(role_ != role::follower, "a follower asks nobody");
  if (role_ == role::candidate) {
    peers_[to].due = never;
    vote_request asked{now_.term, options_.self, log_.last_index(), log_.last_term()};
    return asked;
  }
  peers_[to].due = now + options_.heartbeat_every;
  return append_request_for(to, entries_max);
}

void raft::was_lost(node_id to, time_point now) {
  if (role_ != role::follower && !peers_[to].votes_for_us) peers_[to].due = now;
}

void raft::changed_ballot() noexcept {
  ballot_changed_ = true;
  ++changes_;
}

void raft::save_into(journal& to) {
  if (ballot_changed_ && !has(planted_bug::vote_not_saved)) to.add(now_);
  ballot_changed_ = false;
  while (saved_up_to_ < log_.last_index()) {
    ++saved_up_to_;
    to.add(saved_up_to_, log_.at(saved_up_to_));
  }
}

}  // namespace pirn::apps::kv
