// pirn hash: SHA-256 digests of many files at once, as sha256sum prints and checks them.

#include <memory>
#include <string>
#include <utility>

#include "command.hpp"
#include "driver_option.hpp"
#include "hash_session.hpp"

namespace pirn::apps {

namespace {

constexpr const char* hash_examples =
    R"(Prints and checks what sha256sum does, in the order of the arguments. Without FILE, or where FILE is
-, it reads standard input.

Executors: threads shares the files among threads, processes among processes of this program, mpi
among the ranks of mpirun; inline takes one after the other.

Exit status: 0; 1 when a file could not be read or did not match; 2 for wrong arguments; 130 after
Ctrl-C, 143 after SIGTERM.

Examples:
  pirn hash *.iso > SHA256SUMS          digests of many files
  pirn hash --check SHA256SUMS          are they still the same?
  find . -type f -exec pirn hash {} +   all below this directory
  mpirun -n 8 pirn hash --executor mpi *.iso)";

struct hash_arguments {
  hash_plan plan;
  bool binary_or_text = false;
};

void refuse(bool wrong, const char* problem) {
  if (wrong) throw usage_error(problem);
}

void check_combinations(const hash_arguments& given) {
  const hash_plan& plan = given.plan;
  const checksum_style& line = plan.style.line;
  const check_words words = plan.style.words;
  check_executor_options(plan.executor);
  if (plan.check) {
    refuse(line.zero, "--zero is not supported when verifying checksums");
    refuse(line.tag, "--tag is meaningless when verifying checksums");
    refuse(given.binary_or_text, "--binary and --text are meaningless when verifying checksums");
    return;
  }
  refuse(line.tag && !line.binary, "--tag does not support --text");
  refuse(plan.style.ignore_missing, "--ignore-missing is meaningful only with --check");
  refuse(words == check_words::status, "--status is meaningful only with --check");
  refuse(words == check_words::warn, "--warn is meaningful only with --check");
  refuse(words == check_words::quiet, "--quiet is meaningful only with --check");
  refuse(plan.strict, "--strict is meaningful only with --check");
  refuse(plan.json && (line.tag || line.zero || given.binary_or_text),
         "--json has a form of its own: no --tag, --zero, --binary or --text");
}

int run_with(hash_arguments given) {
  check_combinations(given);
  if (given.plan.names.empty()) given.plan.names.emplace_back("-");
  return run_hash(given.plan);
}

// Each puts off those of its kind that stand before it, so they are looked at in their order.
void add_ordered_flag(CLI::App& command, const std::string& name, std::function<void()> set,
                      const std::string& description) {
  command.add_flag_callback(name, std::move(set), description)->trigger_on_parse();
}

void add_line_options(CLI::App& command, hash_arguments& given) {
  checksum_style& line = given.plan.style.line;
  const auto mark = [&given, &line](bool binary) {
    line.binary = binary;
    given.binary_or_text = true;
  };
  add_ordered_flag(command, "-b,--binary", [=] { mark(true); }, "put * before each name");
  add_ordered_flag(command, "-t,--text", [=] { mark(false); }, "put a blank before it (default)");
  const auto set_tag = [&line] { line.tag = line.binary = true; };
  add_ordered_flag(command, "--tag", set_tag, "lines as BSD's tools have them");
  command.add_flag("-z,--zero", line.zero, "end lines with NUL, and do not escape names");
}

void add_check_options(CLI::App& command, hash_plan& plan) {
  check_words& words = plan.style.words;
  command.add_flag("-c,--check", plan.check, "check the files that are listed in each FILE");
  command.add_flag("--ignore-missing", plan.style.ignore_missing,
                   "with --check: pass over files that are not there");
  add_ordered_flag(
      command, "--quiet", [&words] { words = check_words::quiet; },
      "with --check: do not print OK");
  add_ordered_flag(
      command, "--status", [&words] { words = check_words::status; },
      "with --check: print nothing, the exit status tells");
  command.add_flag("--strict", plan.strict, "with --check: malformed lines are failures");
  add_ordered_flag(
      command, "-w,--warn", [&words] { words = check_words::warn; },
      "with --check: tell of each malformed line");
}

}  // namespace

void add_hash(CLI::App& program, action& chosen) {
  auto given = std::make_shared<hash_arguments>();
  CLI::App& command = *program.add_subcommand(
      "hash", "Print or check SHA-256 checksums of many files at once, as sha256sum does");
  command.add_option("FILE", given->plan.names, "what to digest, or with --check the lists")
      ->option_text("...  [-]");
  add_executor_options(command, given->plan.executor, "who digests");
  add_line_options(command, *given);
  add_check_options(command, given->plan);
  command.add_flag("--json", given->plan.json, "print one JSON object only");
  add_driver_option(command, given->plan.run);
  command.footer(hash_examples);
  command.callback([given, &chosen] { chosen = [given] { return run_with(*given); }; });
}

}  // namespace pirn::apps
