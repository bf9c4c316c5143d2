// exit_stack: as many resources as the data asks for, given back in reverse order; all, or none.
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/context.hpp"
#include "pirn/core/exit_stack.hpp"
#include "pirn/core/generator_context.hpp"

pirn::generator<std::string> opened(std::string name) {
  if (name == "missing") throw std::runtime_error("cannot open " + name);
  fmt::print("open {}\n", name);
  pirn::scope_exit closing([&] { fmt::print("close {}\n", name); });
  co_yield "handle of " + name;
}

// Opens all or none: what was opened before an error is closed on the way out of `with`.
pirn::exit_stack open_all(const std::vector<std::string>& names) {
  auto open = pirn::context_manager(opened);
  auto all = pirn::with(pirn::exit_stack(), [&](pirn::exit_stack& stack) {
    for (const std::string& name : names) {
      fmt::print("got the {}\n", stack.enter_context(open(name)));
    }
    return stack.pop_all();  // nothing failed: the caller closes them
  });
  return std::move(all.value());  // an optional, for a stack may swallow errors; this one does not
}

int main() {
  pirn::with(open_all({"one", "two"}), [](pirn::exit_stack& stack) {
    stack.callback([] { fmt::print("first of all to leave\n"); });
    fmt::print("both are open\n");
  });

  try {
    open_all({"three", "missing"});
  } catch (const std::runtime_error& error) {
    fmt::print("{}\n", error.what());
  }
}

// Output:
// open one
// got the handle of one
// open two
// got the handle of two
// both are open
// first of all to leave
// close two
// close one
// open three
// got the handle of three
// close three
// cannot open missing
