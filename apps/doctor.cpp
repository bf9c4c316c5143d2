// pirn doctor: what pirn finds here: kernel, drivers, limits, libraries.

#include <cstdio>
#include <memory>

#include <fmt/core.h>
#include <llhttp.h>
#include <openssl/crypto.h>

#include "command.hpp"
#include "doctor_report.hpp"
#include "driver_option.hpp"

namespace pirn::apps {

namespace {

constexpr const char* doctor_explanation =
    R"(Asks the kernel for each feature of io_uring, says which of them pirn uses, which driver a
program gets and why, and tries it with a connection to itself. The exit status is 0 when it works.

Examples:
  pirn doctor                       what would be used here?
  pirn doctor --driver io_uring     why can io_uring not run?
  pirn doctor --json | jq .driver   for programs)";

struct doctor_options {
  bool json = false;
  run_options run;
};

doctor_findings examine(const run_options& options) {
  return {
      .system = ask_system(),
      .driver = check_driver(options),
      .libraries = {{"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
                    {"llhttp", fmt::format("{}.{}.{}", LLHTTP_VERSION_MAJOR, LLHTTP_VERSION_MINOR,
                                           LLHTTP_VERSION_PATCH)},
                    {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10'000, FMT_VERSION / 100 % 100,
                                        FMT_VERSION % 100)},
                    {"compiler", __VERSION__}},
  };
}

int run_doctor(const doctor_options& options) {
  const doctor_findings found = examine(options.run);
  const std::string text = options.json ? doctor_json(found) : doctor_text(found);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return found.driver.problem.empty() ? 0 : exit_failure;
}

}  // namespace

void add_doctor(CLI::App& program, action& chosen) {
  auto options = std::make_shared<doctor_options>();
  CLI::App& command =
      *program.add_subcommand("doctor", "Say what pirn finds here, and which driver it takes");
  command.add_flag("--json", options->json, "print one JSON object instead");
  add_driver_choice(command, options->run);
  command.footer(doctor_explanation);
  command.callback([options, &chosen] { chosen = [options] { return run_doctor(*options); }; });
}

}  // namespace pirn::apps
