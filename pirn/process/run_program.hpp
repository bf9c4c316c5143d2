// run_program: a program from its start to its end: what it is given, what it gives.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/process/process.hpp"

namespace pirn {

/// A program did not end with success; `result` is what it gave until then.
/// Source: subprocess.CalledProcessError.
class program_failed : public std::runtime_error {
 public:
  program_failed(const std::string& name, program_result ended);
  const program_result& result() const noexcept { return *result_; }

 private:
  std::shared_ptr<const program_result> result_;  // exceptions are copied
};

struct run_program_options {
  bool check = false;  ///< throw program_failed unless it exits with 0
  stdio output = stdio::pipe;
  stdio errors = stdio::pipe;
  std::size_t output_max_bytes = SIZE_MAX;
};
static_assert(std::is_trivially_copyable_v<run_program_options>);

namespace detail {

class run_program_work final : public step_work {
 public:
  run_program_work(command what, run_program_options options, std::string input)
      : what_(std::move(what)), options_(options), input_(std::move(input)) {}
  program_result result();
  bool step() override;
  descriptor_event awaited() const override { return talk_->awaited(); }
  std::string_view verb() const noexcept override { return "run a program"; }
  step_work* undo() noexcept override;

 private:
  void begin();

  command what_;
  run_program_options options_;
  std::string input_;
  std::optional<process> child_;
  std::optional<communicate_work> talk_;
  std::optional<exit_work> end_;
};

}  // namespace detail

/// Runs a program to its end: gives it `input`, keeps what it writes.
///   auto sorted = co_await run_program(command("sort", "-r"), {.check = true}, "1\n2\n");
///   auto listed = run_program("ls").result(10s);
///
/// Throws:  std::system_error when it cannot be started; program_failed, if asked to check.
/// Cancel:  it is killed, with its group, and reaped. The same when time is out, or it writes too
///          much.
/// Source:  subprocess.run().
/// Example: examples/39_programs.cpp
inline deferred<detail::run_program_work> run_program(command what,
                                                      run_program_options options = {},
                                                      std::string input = {}) {
  return deferred(detail::run_program_work(std::move(what), options, std::move(input)));
}

}  // namespace pirn
