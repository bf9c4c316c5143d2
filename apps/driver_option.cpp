#include "driver_option.hpp"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "command.hpp"

namespace pirn::apps {

void add_driver_option(CLI::App& command, run_options& options) {
  const char* environment = std::getenv("PIRN_DRIVER");
  if (environment != nullptr && std::string_view(environment) == "virtual") {
    command.parse_complete_callback([] {
      throw usage_error("PIRN_DRIVER=virtual: on virtual time there is nobody to talk to");
    });
  }
  add_driver_choice(command, options);
}

void add_driver_choice(CLI::App& command, run_options& options) {
  static const std::map<std::string, driver_choice> names{
      {"auto", driver_choice::automatic},
      {"io_uring", driver_choice::io_uring},
      {"epoll", driver_choice::epoll},
  };
  command
      .add_option_function<std::string>(
          "--driver", [&options](const std::string& name) { options.driver = names.at(name); },
          "what serves the loop: auto, io_uring or epoll")
      ->check(CLI::IsMember({"auto", "io_uring", "epoll"}))
      ->option_text("NAME [auto]");
}

void add_workers_option(CLI::App& command, run_options& options) {
  command
      .add_option("-w,--workers", options.workers,
                  "loops that share the work, each on its own thread; 0: one a processor")
      ->option_text("N [1]");
}

endpoint listening_address(const std::string& text) {
  std::optional<endpoint> where = endpoint::parse(text);
  if (!where) throw usage_error("'" + text + "' is no address like 127.0.0.1:8000");
  return *where;
}

}  // namespace pirn::apps
