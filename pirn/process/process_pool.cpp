#include "pirn/process/process_pool.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <thread>

namespace pirn {

process_pool::process_pool(process_pool_options options)
    : process_pool(options, detail::pool_initializer()) {}

process_pool::process_pool(process_pool_options options, detail::pool_initializer initializer)
    : core_(std::make_shared<detail::pool_core>(detail::pool_plan{
          .size =
              options.size != 0 ? options.size : std::max(1U, std::thread::hardware_concurrency()),
          .calls_max = options.max_tasks_per_child != 0 ? options.max_tasks_per_child
                                                        : detail::pool_worker::no_limit,
          .name = std::string(options.name),
          .initializer = std::move(initializer)})),
      exceptions_before_(std::uncaught_exceptions()) {}

process_pool::~process_pool() {
  if (std::uncaught_exceptions() > exceptions_before_) core_->kill_workers();
  core_->shutdown({});
}

}  // namespace pirn
