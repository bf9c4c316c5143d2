#include "pirn/exec/thread_pool.hpp"

namespace pirn {

thread_pool::thread_pool(thread_pool_options options, std::function<void()> initializer)
    : core_(std::make_unique<detail::work_scheduler>(options, std::move(initializer))) {}

thread_pool::~thread_pool() = default;

void thread_pool::shutdown(shutdown_options options) {
  core_->shutdown(options);
}

void thread_pool::run(blocking_job& job) {
  core_->add(job, detail::when_full::add);
}

blocking_hint::blocking_hint() noexcept {
  detail::worker_thread* worker = detail::work_scheduler::this_worker();
  if (worker != nullptr && worker->home.block()) told_ = &worker->home;
}

blocking_hint::~blocking_hint() {
  if (told_ != nullptr) told_->unblock();
}

}  // namespace pirn
