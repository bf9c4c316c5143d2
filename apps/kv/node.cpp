#include "node.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "codec.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/core/select.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/world/buggify.hpp"

namespace pirn::apps::kv {

namespace {

constexpr std::size_t entries_max = 64;  // in a request

task<> send(net::tcp_stream& to, std::string content) {
  std::string bytes;
  add_frame(bytes, content);
  co_await to.write_all(bytes);
}

}  // namespace

node::node(const node_options& options, std::vector<node_address> all, std::string path)
    : options_(options),
      all_(std::move(all)),
      path_(std::move(path)),
      store_(options.raft.bug),
      links_(all_.size()) {
  options_.raft.nodes = static_cast<std::uint32_t>(all_.size());
}

task<> node::run(net::listener& where) {
  journal_ = co_await journal::open(path_);
  raft_.emplace(options_.raft, journal_->saved_ballot(), journal_->take_entries(), now());
  auto body = [&](task_group& group) {
    group.start(serve(where));
    group.start(keep_journal());
    group.start(elect());
    for (node_id each = 0; each < all_.size(); ++each) {
      if (each != options_.raft.self) group.start(keep_link(each));
    }
  };
  co_await with_group(body);
}

// ---- what follows from a decision ----

void node::follow_up() {
  if (!raft_->leads()) turn_clients_away();
  if (raft_->leads() && led_ != raft_->term()) {
    led_ = raft_->term();
    if (options_.watched_by != nullptr) options_.watched_by->leads(options_.raft.self, led_);
  }
  apply_committed();
  if (saved_changes_ != raft_->changes()) unsaved_.set();
  for (node_id each = 0; each < links_.size(); ++each) {
    if (raft_->due(each) <= now()) links_[each].changed.set();
  }
}

void node::apply_committed() {
  while (applied_ < raft_->committed()) {
    const entry& next = raft_->entries().at(++applied_);
    if (options_.watched_by != nullptr) {
      options_.watched_by->commits(options_.raft.self, applied_, next);
    }
    client_answer given{.is_done = true, .leader = {}, .what = store_.apply(next.what)};
    const auto client = waiting_.find(applied_);
    if (client == waiting_.end()) continue;
    // Another entry than the client's has come in its place.
    if (client->second->term != next.term) given = not_here();
    client->second->answer = std::move(given);
    client->second->decided.set();
  }
}

void node::turn_clients_away() {
  for (const auto& [index, client] : waiting_) {
    client->answer = not_here();
    client->decided.set();
  }
}

client_answer node::not_here() const {
  return {.is_done = false, .leader = raft_->leader(), .what = {}};
}

// ---- the journal ----

task<> node::keep_journal() {
  for (;;) {
    co_await unsaved_.wait();
    unsaved_.clear();
    const std::uint64_t changes = raft_->changes();
    raft_->save_into(*journal_);
    co_await journal_->flush(options_.raft.bug != planted_bug::forgets_sync);
    saved_changes_ = changes;
    saved_more_.set();
    saved_more_.clear();  // who waits wakes all the same
    if (saved_changes_ != raft_->changes()) unsaved_.set();
  }
}

task<> node::saved() {
  const std::uint64_t changes = raft_->changes();
  while (saved_changes_ < changes) co_await saved_more_.wait();
}

// ---- elections ----

task<> node::elect() {
  for (;;) {
    co_await sleep_until(raft_->deadline());
    raft_->tick(now());
    follow_up();
  }
}

// ---- to other nodes ----

// Who has nothing to say makes no connection. What gets lost is said again, later.
task<> node::keep_link(node_id to) {
  link& mine = links_[to];
  mine.pause = options_.retry_pause;
  for (;;) {
    co_await until_due(to);
    try {
      std::optional<net::tcp_stream> peer = co_await move_on_after(
          options_.answer_within, net::connect(all_[to].host, all_[to].port));
      if (peer) co_await converse(to, *peer);
    } catch (const std::system_error&) {  // it is down, or went down
    }
    co_await sleep_for(mine.pause);
    mine.pause = std::min(2 * mine.pause, 4 * options_.retry_pause);
    raft_->was_lost(to, now());
  }
}

task<> node::until_due(node_id to) {
  while (raft_->due(to) > now()) {
    auto changed = links_[to].changed.wait();
    auto due = sleep_until(raft_->due(to));
    co_await pirn::select(changed, due);
    links_[to].changed.clear();
  }
}

// Until an answer does not come.
task<> node::converse(node_id to, net::tcp_stream& peer) {
  frame_reader in(peer);
  for (;;) {
    co_await until_due(to);
    std::size_t count_max = entries_max;
    if (buggify("kv: slow to replicate", 0.6)) {
      count_max = 1;
      co_await sleep_for(options_.raft.election_after);
      if (raft_->due(to) > now()) continue;
    }
    const request asked = raft_->take_request(to, now(), count_max);
    co_await saved();
    co_await send(peer, encoded(asked));
    const std::optional<std::string_view> said = co_await in.read(from_now(options_.answer_within));
    if (!said) co_return;
    links_[to].pause = options_.retry_pause;
    hear(to, decoded_reply(*said));
  }
}

void node::hear(node_id from, const reply& said) {
  if (const auto* vote = std::get_if<vote_answer>(&said)) raft_->receive(from, *vote, now());
  if (const auto* match = std::get_if<append_answer>(&said)) raft_->receive(from, *match, now());
  follow_up();
}

// ---- from other nodes and from clients ----

task<> node::serve(net::listener& where) {
  auto handler = [this](net::tcp_stream peer) { return attend(std::move(peer)); };
  co_await net::serve_on(where, handler);
}

task<> node::attend(net::tcp_stream peer) {
  frame_reader in(peer);
  for (;;) {
    const std::optional<std::string_view> asked = co_await in.read();
    if (!asked) co_return;
    request what = decoded_request(*asked);
    const reply said = co_await reply_to(std::move(what));
    if (buggify("kv: slow to answer")) co_await sleep_for(options_.answer_within);
    co_await send(peer, encoded(said));
  }
}

task<reply> node::reply_to(request asked) {
  reply said;
  if (auto* vote = std::get_if<vote_request>(&asked)) {
    said = raft_->receive(*vote, now());
    follow_up();
  } else if (auto* append = std::get_if<append_request>(&asked)) {
    said = raft_->receive(*append, now());
    follow_up();
  } else {
    said = co_await carry_out(std::get<command>(std::move(asked)));
  }
  co_await saved();
  co_return said;
}

// A read goes through the log, too: only so it is certain that this node still leads.
task<client_answer> node::carry_out(command asked) {
  if (asked.size_bytes() > command::max_bytes) {
    throw std::system_error(EMSGSIZE, std::generic_category(), "a client's command");
  }
  if (!raft_->leads()) co_return not_here();
  if (asked.what == command::kind::read && options_.raft.bug == planted_bug::stale_reads) {
    client_answer early{.is_done = true, .leader = {}, .what = {}};
    early.what.value = store_.value_of(asked.key);
    co_return early;
  }
  const log_index index = raft_->propose(std::move(asked), now());
  waiting_client me{.term = raft_->term(), .decided = {}, .answer = {}};
  waiting_.insert_or_assign(index, &me);
  const scope_exit leave([&] {
    const auto mine = waiting_.find(index);
    if (mine != waiting_.end() && mine->second == &me) waiting_.erase(mine);
  });
  follow_up();
  co_await me.decided.wait();
  co_return std::move(me.answer);
}

}  // namespace pirn::apps::kv
