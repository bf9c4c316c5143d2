// pirn: the command; its subcommands are tools built on nothing but the public library.

#include <cstdio>
#include <exception>
#include <string>

#include "command.hpp"
#include "descriptor_limit.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/run/run.hpp"
#include "ranks.hpp"

namespace {

using namespace pirn;

// "pirn flags" once a subcommand is chosen.
std::string name_of(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? "pirn" : "pirn " + chosen.front()->get_name();
}

int report_usage(const CLI::App& program, const std::string& problem) {
  const auto chosen = program.get_subcommands();
  const CLI::App& about = chosen.empty() ? program : *chosen.front();
  const std::string name = name_of(program);
  const std::string usage = CLI::Formatter().make_usage(&about, name);
  std::fprintf(stderr, "*** Usage error: %s\n%sTry '%s --help'.\n", problem.c_str(), usage.c_str(),
               name.c_str());
  return apps::exit_usage;
}

// CLI11 would say no more than that a subcommand is required.
void refuse_unknown(const CLI::App& program, const std::string& first) {
  const auto has_name = [&](const CLI::App* each) { return each->get_name() == first; };
  if (first.starts_with('-') || !program.get_subcommands(has_name).empty()) return;
  throw apps::usage_error("there is no command '" + first + "'");
}

// What was printed may still be in the buffer: a full disk shows here at the latest.
int after_output(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  std::perror("pirn: standard output");
  return status == 0 ? apps::exit_failure : status;
}

int run_command(int argc, char** argv) {
  CLI::App program("Tools on the pirn runtime: asyncio for C++, whole.", "pirn");
  program.require_subcommand(1);
  program.set_version_flag("--version", "pirn " PIRN_VERSION);
  program.footer("Run 'pirn COMMAND --help' for what a command does and takes.");
  program.option_defaults()->take_last();  // of an option given twice, as everywhere
  apps::action chosen;
  apps::add_charfinder(program, chosen);
  apps::add_doctor(program, chosen);
  apps::add_echo(program, chosen);
  apps::add_flags(program, chosen);
  apps::add_get(program, chosen);
  apps::add_hash(program, chosen);
  apps::add_kv(program, chosen);
  apps::add_nc(program, chosen);
  apps::add_serve(program, chosen);
  apps::add_sim(program, chosen);
  apps::add_spin(program, chosen);
  apps::add_taxis(program, chosen);
  apps::raise_descriptor_limit();
  try {
    if (argc > 1) refuse_unknown(program, argv[1]);
    program.parse(argc, argv);
    return after_output(chosen());
  } catch (const CLI::Success& asked) {
    return after_output(program.exit(asked));
  } catch (const CLI::ParseError& wrong) {
    return report_usage(program, wrong.what());
  } catch (const apps::usage_error& wrong) {
    return report_usage(program, wrong.what());
  } catch (...) {
    return detail::report_failure(name_of(program).c_str(), std::current_exception());
  }
}

}  // namespace

int main(int argc, char** argv) {
  return apps::main_on_ranks(run_command, argc, argv);
}
