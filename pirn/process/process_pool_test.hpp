// process_pool_test: what the tests of calls in other processes share.
#pragma once

#include <atomic>

#include <semaphore.h>

#include "pirn/process/shared_block.hpp"

namespace pirn {

/// Semaphores that calls in all processes of a test see.
class shared_gates {
 public:
  shared_gates() {
    for (sem_t* each : {&here().begun, &here().opened}) ::sem_init(each, 1, 0);
  }

  // In the test.
  void wait_until_begun() const { wait(here().begun); }
  void open() const { ::sem_post(&here().opened); }

  // In a call.
  void pass() const {
    ::sem_post(&here().begun);
    wait(here().opened);
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(block_);
  }

 private:
  struct gates {
    sem_t begun;
    sem_t opened;
  };
  gates& here() const { return block_.as<gates>().front(); }
  static void wait(sem_t& gate) {
    while (::sem_wait(&gate) != 0) {
    }
  }

  shared_block block_{sizeof(gates)};
};

/// A call that has begun when the test wants it to, and ends when the test wants it to.
inline void pass_gate(const shared_gates& gates) {
  gates.pass();
}

}  // namespace pirn
