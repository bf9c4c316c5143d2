#include "pirn/exec/thread_pool.hpp"

#include <stdexcept>
#include <system_error>

#include "pirn/base/assert.hpp"
#include "pirn/platform/affinity.hpp"

namespace pirn {

thread_pool::thread_pool(unsigned size) : size_(size) {
  PIRN_ASSERT(size > 0, "a pool has at least one thread");
}

thread_pool::~thread_pool() {
  shutdown({});
}

unsigned thread_pool::started() const {
  std::scoped_lock lock(mutex_);
  return static_cast<unsigned>(threads_.size());
}

void thread_pool::run(blocking_job& job) {
  std::scoped_lock lock(mutex_);
  if (closing_) throw std::runtime_error("submit: the thread pool was shut down");
  queue_.push_back(job);
  if (++queued_ > idle_ && threads_.size() < size_) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {  // no more threads to be had: those there are do it
      if (!threads_.empty()) return;
      queue_.remove(job);
      --queued_;
      throw;
    }
  } else {
    work_to_do_.notify_one();
  }
}

void thread_pool::work() {
  leave_pin();  // of the loop that started it
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    work_to_do_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;  // closing, and all is done
    blocking_job& job = queue_.pop_front();
    --queued_;
    lock.unlock();
    job.perform();
    lock.lock();
  }
}

void thread_pool::shutdown(shutdown_options) {
  std::vector<std::jthread> ending;
  {
    std::scoped_lock lock(mutex_);
    closing_ = true;
    ending.swap(threads_);
  }
  work_to_do_.notify_all();
}

}  // namespace pirn
