#include "pirn/core/dump.hpp"

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "pirn/core/loop.hpp"
#include "pirn/core/task_record.hpp"

namespace pirn {

namespace {

std::string file_and_line(std::source_location where) {
  std::string_view file = where.file_name();
  if (file.empty()) return {};
  return " at " + std::string(file.substr(file.rfind('/') + 1)) + ":" +
         std::to_string(where.line());
}

std::string in_seconds(duration length) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
  return std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1) + " s";
}

std::string id_and_name(const task_record& task) {
  return "#" + std::to_string(task.id()) + " " + task.name();
}

std::string state_of(const task_record& task) {
  const wait_node* wait = task.waiting();
  if (wait == nullptr) return task.home().current_task() == &task ? "running" : "ready";
  std::string text = "waiting for " + wait->describe() + ", " +
                     in_seconds(task.home().now() - task.waiting_since());
  if (const task_record* holder = wait->holder()) text += ", held by " + id_and_name(*holder);
  return text;
}

std::string line_of(const task_record& task) {
  std::string text = id_and_name(task) + ": " + state_of(task) + file_and_line(task.where());
  if (task.innermost().is_cancelled()) text += " (cancelled)";
  return text;
}

struct listed_task {
  const task_record* task;
  std::size_t indent;
};

// Scopes and groups are passed through; a task's children are indented below it. Without recursion,
// like every walk of this tree.
std::vector<listed_task> tasks_below(const scope_node& top) {
  struct level {
    const scope_node* node;
    std::size_t indent;
  };
  std::vector<listed_task> found;
  std::vector<level> rest{{&top, 0}};
  while (!rest.empty()) {
    level each = rest.back();
    rest.pop_back();
    if (each.node->type() == scope_node::kind::task) {
      found.push_back({static_cast<const task_record*>(each.node), each.indent++});
    }
    const auto& children = each.node->children();
    const auto first = static_cast<std::ptrdiff_t>(rest.size());
    for (auto* child = children.first(); child != nullptr; child = children.next(*child)) {
      rest.push_back({child, each.indent});
    }
    std::reverse(rest.begin() + first, rest.end());  // the first child comes off the stack first
  }
  return found;
}

const task_record* waits_on(const task_record& task) {
  return task.waiting() == nullptr ? nullptr : task.waiting()->holder();
}

// Each task waits for at most one other, so a walk from anywhere ends at a task that waits for
// nobody, at one that was seen before, or has gone round.
std::string cycles_among(const std::vector<listed_task>& tasks) {
  std::string text;
  std::unordered_set<const task_record*> seen;
  for (const listed_task& start : tasks) {
    std::vector<const task_record*> path;
    const task_record* each = start.task;
    while (each != nullptr && seen.insert(each).second) {
      path.push_back(each);
      each = waits_on(*each);
    }
    auto round = std::ranges::find(path, each);
    if (round == path.end()) continue;
    text += "cycle: ";
    for (; round != path.end(); ++round) text += id_and_name(**round) + " waits for ";
    text += id_and_name(*each) + "\n";
  }
  return text;
}

}  // namespace

std::string describe_tasks(const scope_node& top) {
  const std::vector<listed_task> tasks = tasks_below(top);
  std::string text;
  for (const auto& [task, indent] : tasks) {
    text.append(2 * indent, ' ');
    text += line_of(*task) + "\n";
  }
  return text + cycles_among(tasks);
}

std::string loop::dump_tasks() const {
  return describe_tasks(root_);
}

void dump_tasks(std::ostream& stream) {
  if (const loop* running = loop::current_or_null()) stream << running->dump_tasks();
}

void dump_tasks() noexcept {
  try {
    if (const loop* running = loop::current_or_null()) {
      std::fputs(running->dump_tasks().c_str(), stderr);
    }
  } catch (...) {  // a debugger has nothing to catch it with
  }
}

}  // namespace pirn
