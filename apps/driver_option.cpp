#include "driver_option.hpp"

#include <cstdlib>
#include <map>
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

}  // namespace pirn::apps
