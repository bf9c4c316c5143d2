// run_on: two loops; the first has the second count words, and talks to it over channels.
#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

using namespace std::chrono_literals;

// A table that belongs to one loop, without a lock: whoever wants something of it runs there.
class word_table {
 public:
  void add(const std::string& word) {
    auto place = std::ranges::find(words_, word);
    if (place == words_.end()) words_.push_back(word);
  }
  std::size_t size() const { return words_.size(); }

 private:
  std::vector<std::string> words_;
};

// [run_on]
pirn::task<> count_words(pirn::loop_handle owner, word_table& table) {
  for (std::string word : {"warp", "weft", "warp", "pirn"}) {
    co_await pirn::run_on(owner, [&table](std::string added) { table.add(added); }, word);
  }
  std::size_t different = co_await pirn::run_on(owner, [&table] { return table.size(); });
  fmt::print("{} different words\n", different);
}
// [/run_on]

// Cancelling here reaches the task there, and waits until it has cleaned up.
pirn::task<> give_up(pirn::loop_handle owner) {
  auto clean_up = []() -> pirn::task<> {
    fmt::print("cleaned up there\n");
    co_return;
  };
  auto work_there = [clean_up]() -> pirn::task<> {
    co_await pirn::finally(pirn::to_task(pirn::sleep_for(1h)), clean_up());
  };
  bool ended = co_await pirn::move_on_after(10ms, pirn::run_on(owner, work_there));
  fmt::print("{}\n", ended ? "ended" : "gave up");
}

// [channel]
pirn::task<> shout(pirn::channel<std::string>& in, pirn::channel<std::string>& out) {
  while (auto word = co_await in.receive()) {
    std::ranges::transform(*word, word->begin(), [](char c) { return std::toupper(c); });
    co_await out.send(*word + "!");
  }
  out.close();
}
// [/channel]

pirn::task<> talk(pirn::channel<std::string>& out, pirn::channel<std::string>& in) {
  for (std::string word : {"over", "and", "back"}) {
    co_await out.send(word);
    auto answer = co_await in.receive();
    fmt::print("{}\n", *answer);
  }
  out.close();
}

// Runs once on each of two loops; the first is the one that asks.
pirn::task<> weave(pirn::worker me, word_table* table, pirn::channel<std::string>* there,
                   pirn::channel<std::string>* back) {
  if (me.index() != 0) co_return co_await shout(*there, *back);
  co_await talk(*there, *back);
  co_await count_words(me.peer(1), *table);  // it can be reached until all have ended
  co_await give_up(me.peer(1));
}

int main() {
  word_table table;
  pirn::channel<std::string> there(1);
  pirn::channel<std::string> back(1);
  pirn::run({.workers = 2}, weave, &table, &there, &back);
}

// Output:
// OVER!
// AND!
// BACK!
// 3 different words
// cleaned up there
// gave up
