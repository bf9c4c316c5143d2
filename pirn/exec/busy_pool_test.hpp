// busy_pool_test: a pool whose only thread is held up, for the tests of exec.
#pragma once

#include <semaphore>

#include "pirn/exec/thread_pool.hpp"

namespace pirn {

/// A pool of one thread that is busy until the gate is opened.
struct busy_pool {
  std::binary_semaphore gate{0};
  std::binary_semaphore begun{0};
  thread_pool pool{1};
  future<void> first = pool.submit([this] {
    begun.release();
    gate.acquire();
  });
  busy_pool() { begun.acquire(); }
};

}  // namespace pirn
