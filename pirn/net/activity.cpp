#include "pirn/net/activity.hpp"

#include <algorithm>
#include <cstddef>

#include "pirn/core/loop.hpp"
#include "pirn/core/scope_walk.hpp"
#include "pirn/core/task_record.hpp"
#include "pirn/io/room_wait.hpp"
#include "pirn/net/tcp_stream.hpp"

namespace pirn::net::detail {

namespace {

/// What a wait reads from; null when it is no read.
const socket* source_of(const wait_node& wait) noexcept {
  if (const auto* read = dynamic_cast<const read_wait*>(&wait)) return &read->source();
  const auto* into_memory = dynamic_cast<const io_wait<receive_operation>*>(&wait);
  return into_memory == nullptr ? nullptr : into_memory->request().from;
}

std::uint64_t mixed(std::uint64_t sum, std::uint64_t next) noexcept {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  return (sum ^ (next + 1)) * golden;
}

class look {
 public:
  explicit look(const socket* connection) noexcept : connection_(connection) {}

  void add(const task_record& task) noexcept {
    const wait_node* wait = task.waiting();
    if (wait == nullptr) {
      found_.last = now_;  // it is about to have a turn
      return;
    }
    found_.last = std::max(found_.last, task.waiting_since());
    if (const auto* write = dynamic_cast<const write_wait*>(wait)) {
      add_write(write->stalled_for(), write->taken_bytes(), write->unsent_bytes());
    } else if (const auto* room = dynamic_cast<const io::room_wait*>(wait)) {
      add_write(room->target().sending_stalled_for(), 0, room->target().unsent_bytes());
    } else if (const socket* source = source_of(*wait);
               source != nullptr && source == connection_) {
      found_.oldest_read = std::min(found_.oldest_read, task.waiting_since());
    }
  }

  const activity& found() const noexcept { return found_; }

 private:
  void add_write(duration stalled, std::uint64_t taken_bytes, std::uint64_t unsent_bytes) noexcept {
    if (stalled != forever) {
      found_.last = std::max(found_.last, now_ - stalled);
      return;
    }
    found_.sending = mixed(found_.sending, taken_bytes);
    found_.sending = mixed(found_.sending, unsent_bytes);
  }

  const socket* connection_;
  time_point now_ = now();
  activity found_;
};

}  // namespace

activity look_at(const open_scope& scope, const socket* connection) noexcept {
  look each_task(connection);
  if (scope.host() == nullptr) return each_task.found();
  each_task.add(*scope.host());
  for (const scope_node* each = &scope; each != nullptr; each = next_in_tree(*each, scope)) {
    if (each->type() == scope_node::kind::task) {
      each_task.add(static_cast<const task_record&>(*each));
    }
  }
  return each_task.found();
}

}  // namespace pirn::net::detail
