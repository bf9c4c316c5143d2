// dump: the task tree as text.

#include <string>
#include <string_view>
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

std::string state_of(const task_record& task) {
  const wait_node* wait = task.waiting();
  if (wait == nullptr) return task.home().current_task() == &task ? "running" : "ready";
  std::string text = "waiting for " + wait->describe() + ", " +
                     in_seconds(task.home().now() - task.waiting_since());
  if (const task_record* holder = wait->holder()) {
    text += ", held by #" + std::to_string(holder->id()) + " " + holder->name();
  }
  return text;
}

std::string line_of(const task_record& task) {
  std::string text = "#" + std::to_string(task.id()) + " " + task.name() + ": " + state_of(task) +
                     file_and_line(task.where());
  if (task.is_cancelled()) text += " (cancelled)";
  return text;
}

// Scopes and groups are passed through; a task's children are indented below it. Without recursion,
// like every walk of this tree.
std::string tree_below(const scope_node& top) {
  std::string text;
  struct level {
    const scope_node* node;
    std::size_t indent;
  };
  std::vector<level> rest{{&top, 0}};
  while (!rest.empty()) {
    level each = rest.back();
    rest.pop_back();
    std::size_t below = each.indent;
    if (each.node->type() == scope_node::kind::task) {
      text.append(2 * each.indent, ' ');
      text += line_of(static_cast<const task_record&>(*each.node)) + "\n";
      ++below;
    }
    const auto& children = each.node->children();
    std::size_t first = rest.size();
    for (auto* child = children.first(); child != nullptr; child = children.next(*child)) {
      rest.insert(rest.begin() + static_cast<std::ptrdiff_t>(first), level{child, below});
    }
  }
  return text;
}

}  // namespace

std::string loop::dump_tasks() const {
  return tree_below(root_);
}

}  // namespace pirn
