// driver_option: --driver and --workers, for the subcommands that run loops.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "pirn/base/endpoint.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

/// Adds `--driver`, which chooses what is between the loop and the kernel.
void add_driver_choice(CLI::App& command, run_options& options);

/// The same for a subcommand that talks to the world: it refuses `PIRN_DRIVER=virtual`.
void add_driver_option(CLI::App& command, run_options& options);

/// Adds `--workers`, for a subcommand that listens.
void add_workers_option(CLI::App& command, run_options& options);

/// The address to listen on, as the user wrote it.
/// Throws: usage_error when it is none.
endpoint listening_address(const std::string& text);

}  // namespace pirn::apps
