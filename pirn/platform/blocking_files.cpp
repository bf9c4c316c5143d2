#include "pirn/platform/blocking_files.hpp"

#include <utility>

#include "pirn/platform/kernel_files.hpp"

namespace pirn {

namespace {

constinit thread_local file_tree* simulated_files = nullptr;

}  // namespace

file_tree& blocking_files() noexcept {
  return simulated_files != nullptr ? *simulated_files : kernel_files();
}

namespace detail {

blocking_files_scope::blocking_files_scope(file_tree& files) noexcept
    : before_(std::exchange(simulated_files, &files)) {}

blocking_files_scope::~blocking_files_scope() {
  simulated_files = before_;
}

}  // namespace detail

}  // namespace pirn
