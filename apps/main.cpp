// pirn: the command; its subcommands are tools built on nothing but the public library.

#include <cstdio>
#include <exception>

#include "command.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/run/run.hpp"

namespace {

using namespace pirn;

int report_usage(const CLI::App& program, const std::string& problem) {
  const auto chosen = program.get_subcommands();
  const CLI::App& about = chosen.empty() ? program : *chosen.front();
  const std::string name = chosen.empty() ? "pirn" : "pirn " + about.get_name();
  std::fprintf(stderr, "*** Usage error: %s\nTry '%s --help'.\n", problem.c_str(), name.c_str());
  return apps::exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Tools on the pirn runtime: asyncio for C++, whole.", "pirn");
  program.require_subcommand(1);
  program.set_version_flag("--version", "pirn " PIRN_VERSION);
  program.footer("Run 'pirn COMMAND --help' for what a command does and takes.");
  apps::action chosen;
  apps::add_echo(program, chosen);
  apps::add_flags(program, chosen);
  apps::add_get(program, chosen);
  apps::add_serve(program, chosen);
  apps::add_spin(program, chosen);
  try {
    program.parse(argc, argv);
    return chosen();
  } catch (const CLI::Success& asked) {
    return program.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    return report_usage(program, wrong.what());
  } catch (const apps::usage_error& wrong) {
    return report_usage(program, wrong.what());
  } catch (...) {
    return detail::report_failure("pirn", std::current_exception());
  }
}
