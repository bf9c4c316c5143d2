#include "driver_option.hpp"

#include <map>
#include <string>

namespace pirn::apps {

void add_driver_option(CLI::App& command, run_options& options) {
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
