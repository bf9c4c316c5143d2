// process: a program that runs beside this one: its streams, signals, and its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "pirn/process/command.hpp"
#include "pirn/process/deferred.hpp"
#include "pirn/process/descriptor_stream.hpp"
#include "pirn/process/exit_status.hpp"

namespace pirn {

/// Where a standard stream of a new process leads.
class stdio {
 public:
  static const stdio inherit;  ///< to where this process's own one leads
  static const stdio null;     ///< nowhere
  static const stdio pipe;     ///< to this process: process::input(), output(), errors()
  static const stdio merged;   ///< for the errors: to where the output leads
  /// To an open file of the caller's, who keeps it.
  static constexpr stdio descriptor(int number) noexcept { return {kind::descriptor, number}; }

  enum class kind : std::uint8_t { inherit, null, pipe, merged, descriptor };
  kind what() const noexcept { return what_; }
  int number() const noexcept { return number_; }

  friend bool operator==(const stdio&, const stdio&) = default;

 private:
  constexpr stdio(kind what, int number) noexcept : what_(what), number_(number) {}

  kind what_;
  int number_;
};
inline constexpr stdio stdio::inherit{kind::inherit, -1};
inline constexpr stdio stdio::null{kind::null, -1};
inline constexpr stdio stdio::pipe{kind::pipe, -1};
inline constexpr stdio stdio::merged{kind::merged, -1};

struct process_options {
  stdio input = stdio::inherit;
  stdio output = stdio::inherit;
  stdio errors = stdio::inherit;
  /// Descriptors that it finds open under the numbers that they have here; all others are closed.
  std::span<const int> inherited{};
  /// It leads a process group, so that terminate() and kill() reach its children too, and Ctrl-C
  /// reaches only this process. Say false for a program that reads from the terminal.
  bool own_group = true;
};
static_assert(std::is_trivially_copyable_v<process_options>);

/// What a program gave, and how it ended.
struct program_result {
  program_result() = default;
  std::string output;  ///< what it wrote to standard output, when that is a pipe
  std::string errors;  ///< and to standard error
  exit_status status;
};

struct communicate_options {
  /// Output and errors together; more is an error.
  std::size_t output_max_bytes = SIZE_MAX;
};
static_assert(std::is_trivially_copyable_v<communicate_options>);

namespace detail {

struct process_state;
class run_program_work;

class exit_work final : public step_work {
 public:
  explicit exit_work(process_state& of) noexcept : of_(&of) {}
  exit_status result() const noexcept;
  bool step() override;
  descriptor_event awaited() const override;
  std::string_view verb() const noexcept override { return "wait for a process"; }

 private:
  process_state* of_;
};

class communicate_work final : public step_work {
 public:
  communicate_work(process_state& with, std::string input, communicate_options options) noexcept
      : with_(&with), input_(std::move(input)), options_(options) {}
  program_result result() noexcept;
  bool step() override;
  descriptor_event awaited() const override;
  std::string_view verb() const noexcept override { return "communicate with a process"; }

 private:
  process_state* with_;
  std::string input_;
  communicate_options options_;
  bool begun_ = false;
};

}  // namespace detail

/// A program that runs in a process of its own. Each call that waits is for tasks and for plain
/// threads: `co_await child.wait()`, or `child.wait().result()`.
///
/// The destructor kills what still runs, with its group, and reaps it; so does assignment.
///
/// Threads:  one at a time.
/// Lifetime: outlives what was begun on it; it may be moved meanwhile.
/// Source:   subprocess.Popen.
/// Example:  examples/39_programs.cpp
class process {
 public:
  /// Starts a program, with no signal blocked and SIGPIPE at its default.
  ///
  /// Throws: std::system_error that names it ("spawn /bin/nosuch: no such file or directory").
  /// Cost:   posix_spawn(3): the thread stands still until the program has been loaded.
  explicit process(const command& what, process_options options = {});
  process(process&& other) noexcept;
  process& operator=(process&& other) noexcept;
  ~process();

  int pid() const noexcept;
  /// The command as one would type it.
  const std::string& name() const noexcept;

  /// Our ends of its streams: open where the option says `stdio::pipe`. Close input() for it to
  /// read the end.
  descriptor_stream& input() noexcept;
  descriptor_stream& output() noexcept;
  descriptor_stream& errors() noexcept;

  /// How it ended, if it has; does not wait.
  std::optional<exit_status> poll();
  /// Waits for its end. Of its pipes nothing is read meanwhile: a program that writes more than a
  /// pipe holds then waits for ever; use communicate().
  ///
  /// Throws: std::system_error when something else in this program took its status away.
  /// Cancel: it runs on.
  deferred<detail::exit_work> wait() noexcept { return deferred(detail::exit_work(*state_)); }

  /// Writes `input` to it and closes its input, reads output and errors to their ends, all at the
  /// same time, and waits for its end. That it does not read everything is no error.
  ///
  /// Throws: std::length_error when it writes more than allowed.
  /// Cancel: it runs on; what was read is kept: communicate() again, without input, goes on.
  /// Source: Popen.communicate().
  deferred<detail::communicate_work> communicate(std::string input = {},
                                                 communicate_options options = {}) noexcept {
    return deferred(detail::communicate_work(*state_, std::move(input), options));
  }

  /// Sends it a signal, it alone; nothing when it has ended.
  void signal(int number);
  /// SIGTERM and SIGKILL to it and all of its group, also when it has ended itself, until its end
  /// was taken by wait(), poll() or communicate(): then they do nothing.
  void terminate();
  void kill();

 private:
  friend class detail::run_program_work;

  std::unique_ptr<detail::process_state> state_;
};

}  // namespace pirn
