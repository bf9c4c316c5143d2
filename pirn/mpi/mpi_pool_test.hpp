// mpi_pool_test: what the tests of calls on ranks share.
#pragma once

#include <string>
#include <system_error>

#include <fcntl.h>
#include <semaphore.h>
#include <unistd.h>

#include "pirn/platform/shared_memory.hpp"
#include "pirn/remote/archive.hpp"
#include "pirn/remote/types.hpp"

namespace pirn {

/// Semaphores that calls on all ranks of a test see; the ranks are on one host. They travel as the
/// place where another process finds their memory, for a descriptor does not go through MPI.
class rank_gates {
 public:
  rank_gates()
      : memory_(sizeof(gates)),
        path_("/proc/" + std::to_string(::getpid()) + "/fd/" +
              std::to_string(memory_.descriptor())) {
    for (sem_t* each : {&here().begun, &here().opened}) ::sem_init(each, 1, 0);
  }

  // In the test.
  void wait_until_begun(unsigned calls = 1) const {
    for (unsigned i = 0; i < calls; ++i) wait(here().begun);
  }
  void open(unsigned times = 1) const {
    for (unsigned i = 0; i < times; ++i) ::sem_post(&here().opened);
  }

  // In a call.
  void pass() const {
    ::sem_post(&here().begun);
    wait(here().opened);
  }

  void save(remote::archive_out& archive) const { archive(path_); }
  void load(remote::archive_in& archive) {
    archive(path_);
    unique_fd found(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
    if (!found) throw std::system_error(errno, std::generic_category(), "open " + path_);
    memory_ = shared_memory(std::move(found));
  }

 private:
  struct gates {
    sem_t begun;
    sem_t opened;
  };
  gates& here() const { return *reinterpret_cast<gates*>(memory_.bytes().data()); }
  static void wait(sem_t& gate) {
    while (::sem_wait(&gate) != 0) {
    }
  }

  shared_memory memory_;
  std::string path_;
};

/// A call that has begun when the test wants it to, and ends when the test wants it to.
inline void pass_gate(const rank_gates& gates) {
  gates.pass();
}

}  // namespace pirn
