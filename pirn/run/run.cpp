#include "pirn/run/run.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "pirn/core/exception_group.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/platform/epoll_driver.hpp"
#include "pirn/platform/kernel_files.hpp"
#include "pirn/platform/uring_driver.hpp"
#include "pirn/run/driver_request.hpp"
#include "pirn/run/ending_guard.hpp"
#include "pirn/run/virtual_blocking.hpp"
#include "pirn/sim/virtual_driver.hpp"

namespace pirn {

struct runtime::parts {
  explicit parts(run_options chosen)
      : options(chosen),
        threads(chosen.blocking_threads),
        in_turn(chosen.blocking_delay),
        driver(make_driver()) {
    loop.emplace(*driver,
                 loop_options{
                     .shuffle_seed = chosen.shuffle ? std::optional(chosen.seed) : std::nullopt,
                     .record_decisions = chosen.record_decisions,
                     .debug = chosen.debug,
                 });
    if (driver->is_virtual()) {
      loop->lend(in_turn);
    } else {
      loop->lend(threads);
    }
    if (chosen.debug) {
      loop->on_warning = [](const std::string& text) {
        std::fprintf(stderr, "%s\n", text.c_str());
      };
    }
  }

  ~parts() { in_turn.perform_rest(*loop); }

  std::unique_ptr<pirn::driver> make_driver() {
    const driver_choice choice = requested_driver(options.driver).wanted;
    switch (choice) {
      case driver_choice::virtual_time: {
        sim::network_options network;
        network.way = options.link;
        return std::make_unique<virtual_driver>(
            virtual_options{.seed = options.seed,
                            .network = network,
                            .files = &kernel_files(),
                            .file_delay = options.blocking_delay});
      }
      case driver_choice::epoll:
        return make_epoll_driver({.files = kernel_files(), .runner = &threads});
      case driver_choice::io_uring:
      case driver_choice::automatic:
        break;
    }
    auto ring = make_uring_driver();
    if (ring) return *std::move(ring);
    if (choice == driver_choice::io_uring) {
      const std::string problem = probe_uring().problem;
      throw std::system_error(ring.error(), "io_uring cannot be used here" +
                                                (problem.empty() ? "" : " (" + problem + ")"));
    }
    return make_epoll_driver({.files = kernel_files(), .runner = &threads});
  }

  run_options options;
  thread_pool threads;
  virtual_blocking in_turn;
  std::unique_ptr<pirn::driver> driver;
  std::optional<pirn::loop> loop;
  std::optional<detail::ending_guard> guard;
};

runtime::runtime(run_options options) : parts_(std::make_unique<parts>(options)) {}
runtime::~runtime() = default;

loop& runtime::loop() noexcept {
  return *parts_->loop;
}
driver& runtime::driver() noexcept {
  return *parts_->driver;
}

void runtime::begin() {
  const run_options& options = parts_->options;
  std::vector<int> numbers;
  if (options.handle_sigint) numbers.push_back(SIGINT);
  if (options.handle_sigterm) numbers.push_back(SIGTERM);
  parts_->guard.emplace(*parts_->loop, numbers);
}

int runtime::end() noexcept {
  const int came = parts_->guard->came();
  parts_->guard.reset();
  return came;
}

namespace detail {

int report_failure(const char* program, const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const ended_by_signal& asked) {
    return asked.exit_status();
  } catch (...) {
    const char* slash = std::strrchr(program, '/');
    std::fprintf(stderr, "%s: %s\n", slash != nullptr ? slash + 1 : program,
                 describe_exception(error).c_str());
  }
  return EXIT_FAILURE;
}

}  // namespace detail

}  // namespace pirn
