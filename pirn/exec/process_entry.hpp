// process_entry: where a process that was started to make calls leaves main().
#pragma once

#include <string_view>

namespace pirn {

/// The first statement of main() in a program that makes calls in other processes (run_main() does
/// it too). These are started as the same program: in them it does what they were started for, and
/// does not return. In all others it returns at once.
///
/// Source: multiprocessing's `if __name__ == '__main__'`, without which it cannot start processes.
void process_main(int argc, char** argv);

namespace detail {

/// Whether main() has called process_main(): only then may the program be started again, or each
/// such process would run main() and start more.
bool process_main_was_called() noexcept;

/// The first argument of a process that was started for a role; the second names the role.
inline constexpr std::string_view process_marker = "--pirn-process";

/// Something that processes are started for. Roles are objects at namespace scope, so that this
/// room need not know them.
class process_role {
 public:
  /// `run` is given the arguments after the role's name, and ends the process.
  process_role(std::string_view name, void (*run)(int argc, char** argv)) noexcept;
  process_role(process_role&&) = delete;  // linked into a list

  std::string_view name() const noexcept { return name_; }

 private:
  friend void pirn::process_main(int argc, char** argv);
  std::string_view name_;
  void (*run_)(int argc, char** argv);
  process_role* next_;
};

}  // namespace detail
}  // namespace pirn
