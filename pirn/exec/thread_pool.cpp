#include "pirn/exec/thread_pool.hpp"

namespace pirn {

thread_pool::thread_pool(thread_pool_options options, std::function<void()> initializer)
    : core_(std::make_unique<detail::pool_core>(options, std::move(initializer))) {}

thread_pool::~thread_pool() = default;

void thread_pool::shutdown(shutdown_options options) {
  core_->shutdown(options);
}

void thread_pool::run(blocking_job& job) {
  core_->add(job, detail::pool_core::when_full::add);
}

blocking_hint::blocking_hint() noexcept {
  detail::pool_worker* worker = detail::pool_core::this_worker();
  if (worker != nullptr && worker->home.block()) told_ = &worker->home;
}

blocking_hint::~blocking_hint() {
  if (told_ != nullptr) told_->unblock();
}

}  // namespace pirn
