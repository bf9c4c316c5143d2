// driver_check: which drivers work here, which one a program gets, and why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pirn/platform/uring_report.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

/// What became of running the driver that a program with the same choice would get.
struct driver_check {
  std::string name;                    ///< of the driver; empty when none could be had
  std::string reason;                  ///< why it is this one
  std::string problem;                 ///< why it does not work; empty when it does
  std::optional<duration> round_trip;  ///< over a connection to itself

  std::string uring_problem;  ///< why io_uring cannot run; empty when it can
  std::string epoll_problem;  ///< the same of epoll
  std::vector<uring_feature> uring_features;
};

/// Makes the driver, and sends some bytes through a connection there and back.
driver_check check_driver(const run_options& options);

}  // namespace pirn::apps
