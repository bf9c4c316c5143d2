// raft: what a node decides: who leads, what is in the log, what is committed. It neither sends nor
// writes nor waits.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "journal.hpp"
#include "log.hpp"
#include "message.hpp"
#include "pirn/base/random.hpp"
#include "pirn/base/time.hpp"
#include "planted_bug.hpp"

namespace pirn::apps::kv {

struct raft_options {
  node_id self = 0;
  std::uint32_t nodes = 3;
  std::uint64_t seed = 0;  ///< of how long it waits for a leader; each node's another one
  duration heartbeat_every = std::chrono::milliseconds(100);
  /// A follower that hears of no leader for so long, up to twice as long, stands for election.
  duration election_after = std::chrono::milliseconds(500);
  planted_bug bug = planted_bug::none;
};
static_assert(std::is_trivially_copyable_v<raft_options>);

/// A node's part in the agreement on one log.
///
/// Whoever calls it keeps one promise: what is told to others goes out when all that was to be
/// saved by then is on the disk (`changes`, `save_into`). That holds for answers and for requests.
///
/// Source: Ongaro and Ousterhout, In search of an understandable consensus algorithm (2014),
///         without changes of membership and without snapshots.
class raft {
 public:
  enum class role : std::uint8_t { follower, candidate, leader };

  /// `saved` and `entries` are what the journal had.
  raft(const raft_options& options, const ballot& saved, std::vector<entry> entries,
       time_point now);

  role plays() const noexcept { return role_; }
  bool leads() const noexcept { return role_ == role::leader; }
  term_number term() const noexcept { return now_.term; }
  std::optional<node_id> leader() const noexcept { return leader_; }
  /// Entries up to here never change again.
  log_index committed() const noexcept { return committed_; }
  const log& entries() const noexcept { return log_; }

  /// When tick() has something to do.
  time_point deadline() const noexcept { return deadline_; }
  void tick(time_point now);

  // From others.
  vote_answer receive(const vote_request& asked, time_point now);
  append_answer receive(const append_request& asked, time_point now);
  void receive(node_id from, const vote_answer& said, time_point now);
  void receive(node_id from, const append_answer& said, time_point now);

  // To others, one request at a time to each.
  /// When there is something to say to a node; `never` when there is not.
  time_point due(node_id to) const noexcept;
  /// Takes what is to be said, with at most so many entries.
  /// Requires: it is due.
  request take_request(node_id to, time_point now, std::size_t entries_max);
  /// The last request, or its answer, did not get through.
  void was_lost(node_id to, time_point now);

  /// Adds a client's command to the log.
  /// Requires: it leads.
  /// Returns:  its place.
  log_index propose(command asked, time_point now);

  // What is to be saved.
  /// Rises with each change that has to survive a crash.
  std::uint64_t changes() const noexcept { return changes_; }
  bool is_saved() const noexcept { return !ballot_changed_ && saved_up_to_ == log_.last_index(); }
  /// Hands over what was not yet.
  void save_into(journal& to);

 private:
  /// What a node knows of another one.
  struct peer {
    time_point due = never;
    bool votes_for_us = false;
    time_point heard{};     // by the leader
    log_index next = 1;     // to be sent
    log_index matched = 0;  // known to be there
  };

  // Election.
  void stand(time_point now);
  void lead(time_point now);
  void enter_term(term_number term, time_point now);
  void follow(time_point now);
  void wait_for_leader(time_point now);
  bool is_behind(const vote_request& asked) const noexcept;
  std::uint32_t majority() const noexcept { return options_.nodes / 2 + 1; }
  bool has_majority_heard_since(time_point when) const noexcept;

  // Replication.
  void append(entry next, time_point now);
  void take_over(const append_request& asked);
  void commit_what_majority_has();
  request append_request_for(node_id to, std::size_t entries_max) const;

  bool has(planted_bug bug) const noexcept { return options_.bug == bug; }
  void changed_ballot() noexcept;

  raft_options options_;
  random_source lots_;
  ballot now_;
  log log_;
  role role_ = role::follower;
  std::optional<node_id> leader_;
  log_index committed_ = 0;
  time_point deadline_ = never;
  std::vector<peer> peers_;
  std::uint64_t changes_ = 0;
  bool ballot_changed_ = false;
  log_index saved_up_to_ = 0;
};

}  // namespace pirn::apps::kv
