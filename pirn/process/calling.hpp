// calling: a function of this program as a command: it runs in a new process of the program.
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "pirn/platform/fd.hpp"
#include "pirn/process/command.hpp"
#include "pirn/remote/call.hpp"

namespace pirn {

namespace detail {

/// A call that a new process is to make.
struct process_call {
  remote::bytes message;
  std::vector<unique_fd> descriptors;
  bool returns_status = false;
};

template <class Result>
inline constexpr bool is_exit_code = std::is_void_v<Result> || std::same_as<Result, int>;

/// What starts such a process, with what it needs open.
class call_start {
 public:
  /// Throws: std::logic_error when main() did not begin with process_main(); std::system_error.
  explicit call_start(const command& what);

  /// The program, and its arguments.
  static constexpr const char* program = "/proc/self/exe";
  const std::vector<std::string>& words() const noexcept { return words_; }
  /// What it finds open, under the numbers that they have here.
  const std::vector<int>& inherited() const noexcept { return inherited_; }

 private:
  unique_fd message_;
  std::vector<int> inherited_;
  std::vector<std::string> words_;
};

}  // namespace detail

/// The call `fn(args...)` as a command: `process worker(calling(serve, std::move(its_end)))`. It is
/// made in a new process, which starts this program again as far as process_main() in main(); no
/// process is forked, and nothing is shared. What it returns, an int or nothing, is the exit
/// status; an exception makes it 1, with a message on standard error.
///
/// `fn` and the arguments must travel (`pirn/remote/call.hpp`); connections do. What is moved in
/// is closed here when the command has ended.
///
/// Throws:  when it is started: std::logic_error when main() did not begin with process_main().
/// Source:  multiprocessing.Process(target=...), with the start method "spawn".
/// Example: examples/40_functions_as_processes.cpp
template <class Fn, class... Args>
command calling(const Fn& fn, Args... args) {
  using result = remote::call_result_t<Fn, Args...>;
  static_assert(detail::is_exit_code<result>, "a process's function gives an int or nothing");
  auto call = std::make_shared<detail::process_call>();
  call->returns_status = std::same_as<result, int>;
  remote::attachments beside;
  remote::append_call(call->message, &beside, fn, args...);
  call->descriptors = std::move(beside.descriptors());
  return command(std::shared_ptr<const detail::process_call>(std::move(call)));
}
/// The same for a function that is known when compiling: calling<&serve>(...).
template <auto Function, class... Args>
command calling(Args... args) {
  return calling(remote::detail::constant_callable<Function>(), std::move(args)...);
}

}  // namespace pirn
