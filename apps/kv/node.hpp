// node: one of the servers that keep the store together.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "frame.hpp"
#include "journal.hpp"
#include "message.hpp"
#include "node_address.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/net/server.hpp"
#include "pirn/sync/event.hpp"
#include "raft.hpp"
#include "store.hpp"

namespace pirn::apps::kv {

/// Told of what a node decides, as it does. What it does must not throw.
class observer {
 public:
  virtual void leads(node_id who, term_number term) = 0;
  virtual void commits(node_id who, log_index index, const entry& what) = 0;

 protected:
  ~observer() = default;
};

struct node_options {
  raft_options raft{};
  duration answer_within = std::chrono::milliseconds(300);  ///< another node, else it is asked anew
  duration retry_pause = std::chrono::milliseconds(50);     ///< at first; up to four times as long
  observer* watched_by = nullptr;
};
static_assert(std::is_trivially_copyable_v<node_options>);

/// A server of the store, and one of those that agree on its log.
///
/// Everything that it decides is decided by `raft` at once, between two waits. What tells others of
/// it waits until the journal has it, and many share one write to the disk.
///
/// Lifetime: pinned while run() does.
class node {
 public:
  /// `all` lists the nodes, this one at `options.raft.self`; `path` is its journal.
  node(const node_options& options, std::vector<node_address> all, std::string path);
  node(node&&) = delete;  // its tasks point at it

  /// Serves those who connect to `where` until it is cancelled.
  /// Throws: std::system_error of the journal's opening; exception_group with one of its writing.
  task<> run(net::listener& where);

 private:
  /// A client's command in the log, until it is carried out.
  struct waiting_client {
    term_number term;
    event decided;
    client_answer answer;
  };
  /// The task that talks to another node.
  struct link {
    event changed;  // what is due
    duration pause{};
  };

  // The tasks.
  task<> keep_journal();
  task<> elect();
  task<> keep_link(node_id to);
  task<> serve(net::listener& where);

  task<> until_due(node_id to);
  task<> converse(node_id to, net::tcp_stream& peer);
  void hear(node_id from, const reply& said);
  task<> attend(net::tcp_stream peer);
  task<reply> reply_to(request asked);
  task<client_answer> carry_out(command asked);
  client_answer not_here() const;

  /// After each call that may have changed what raft has decided.
  void follow_up();
  void apply_committed();
  void turn_clients_away();
  /// Waits until all that was decided by now is in the journal.
  task<> saved();

  node_options options_;
  std::vector<node_address> all_;
  std::string path_;
  std::optional<journal> journal_;
  std::optional<raft> raft_;
  store store_;
  log_index applied_ = 0;
  term_number led_ = 0;  // the last term that it led
  std::map<log_index, waiting_client*> waiting_;
  std::deque<link> links_;
  event unsaved_;
  event saved_more_;
  std::uint64_t saved_changes_ = 0;
};

}  // namespace pirn::apps::kv
