// command: what a subcommand of `pirn` is.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

namespace pirn::apps {

inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;

/// Wrong arguments: one line says what is wrong; the program prints it with the usage and ends with
/// status 2.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the chosen subcommand runs after all arguments were read.
/// Returns: the exit status.
using action = std::function<int()>;

// Each adds its subcommand to `program`; when it is chosen, it sets `chosen`. One file each, of the
// same name.
void add_charfinder(CLI::App& program, action& chosen);
void add_doctor(CLI::App& program, action& chosen);
void add_echo(CLI::App& program, action& chosen);
void add_flags(CLI::App& program, action& chosen);
void add_get(CLI::App& program, action& chosen);
void add_hash(CLI::App& program, action& chosen);
void add_kv(CLI::App& program, action& chosen);
void add_nc(CLI::App& program, action& chosen);
void add_serve(CLI::App& program, action& chosen);
void add_sim(CLI::App& program, action& chosen);
void add_spin(CLI::App& program, action& chosen);
void add_taxis(CLI::App& program, action& chosen);

}  // namespace pirn::apps
