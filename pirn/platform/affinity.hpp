// affinity: which processors a thread may run on, and how to keep it on one of them.
#pragma once

#include <vector>

namespace pirn {

/// The processors that the calling thread may run on, in ascending order; never empty.
/// Throws: std::system_error.
std::vector<unsigned> allowed_processors();

/// Keeps the calling thread on one processor for as long as it lives; then the thread may run where
/// it might before.
///
/// Threads: made and destroyed on one. Threads that it starts meanwhile are kept there, too, unless
///          they call leave_pin().
/// Throws:  std::system_error that names the processor.
class processor_pin {
 public:
  explicit processor_pin(unsigned processor);
  processor_pin(processor_pin&&) = delete;  // restores once
  ~processor_pin();

 private:
  std::vector<unsigned> before_;
};

/// Lets the calling thread, whose maker may be pinned, run wherever the process might before its
/// first pin. A pool's threads begin with it.
/// Cost: an atomic load when nothing was ever pinned, else a system call.
void leave_pin() noexcept;

}  // namespace pirn
