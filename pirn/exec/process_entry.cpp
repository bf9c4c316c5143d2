#include "pirn/exec/process_entry.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace pirn {

namespace {

constinit detail::process_role* first_role = nullptr;
constinit std::atomic<bool> was_called = false;

}  // namespace

namespace detail {

process_role::process_role(std::string_view name, void (*run)(int argc, char** argv)) noexcept
    : name_(name), run_(run), next_(first_role) {
  first_role = this;
}

bool process_main_was_called() noexcept {
  return was_called;
}

}  // namespace detail

void process_main(int argc, char** argv) {
  constexpr int before_role = 2;  // the program's name and the marker
  was_called = true;
  if (argc <= before_role || argv[1] != detail::process_marker) return;
  const std::string_view wanted = argv[before_role];
  for (detail::process_role* each = first_role; each != nullptr; each = each->next_) {
    if (each->name_ == wanted) each->run_(argc - before_role - 1, argv + before_role + 1);
  }
  std::fprintf(stderr, "%s: %s: this program has no role '%s'\n", argv[0], argv[1], argv[2]);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace pirn
