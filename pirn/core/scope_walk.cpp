#include "pirn/core/scope_walk.hpp"

namespace pirn {

scope_node* next_in_tree(const scope_node& each, const scope_node& top) noexcept {
  if (scope_node* below = each.children().first()) return below;
  for (const scope_node* node = &each; node != &top; node = node->parent()) {
    if (scope_node* beside = node->parent()->children().next(*node)) return beside;
  }
  return nullptr;
}

}  // namespace pirn
