// driver_option: --driver, for the subcommands that run a loop.
#pragma once

#include <CLI/CLI.hpp>

#include "pirn/run/run.hpp"

namespace pirn::apps {

/// Adds `--driver`, which chooses what is between the loop and the kernel.
void add_driver_option(CLI::App& command, run_options& options);

}  // namespace pirn::apps
