// uring_refusal: why the kernel does not let us have an io_uring, in words.
#pragma once

#include <string>

namespace pirn::detail {

/// What the system says when io_uring_setup(2) is refused.
struct uring_refusal {
  int error = 0;             ///< of the call
  int disabled_sysctl = -1;  ///< kernel.io_uring_disabled; -1 before Linux 6.6, which has none
  bool is_filtered = false;  ///< a seccomp filter looks at this process' system calls

  std::string in_words() const;
};

/// Asks the system about the present process.
uring_refusal explain_uring_refusal(int error);

}  // namespace pirn::detail
