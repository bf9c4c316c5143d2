// driver_option: --driver, for the subcommands that run a loop.
#pragma once

#include <CLI/CLI.hpp>

#include "pirn/run/run.hpp"

namespace pirn::apps {

/// Adds `--driver`, which chooses what is between the loop and the kernel. A subcommand that talks
/// to the world refuses `PIRN_DRIVER=virtual`.
void add_driver_option(CLI::App& command, run_options& options);

}  // namespace pirn::apps
