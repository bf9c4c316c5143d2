// scope_walk: the tree of scopes, tasks and groups in preorder.
#pragma once

#include "pirn/core/scope.hpp"

namespace pirn {

/// The node after `each` in a walk of the tree from `top` downwards, or null at its end. Without
/// recursion: the tree may be deeper than the stack.
///   for (scope_node* each = &top; each != nullptr; each = next_in_tree(*each, top)) ...
///
/// Requires: `each` is `top` or below it.
scope_node* next_in_tree(const scope_node& each, const scope_node& top) noexcept;

}  // namespace pirn
