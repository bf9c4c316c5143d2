#include "pirn/mpi/mpi_main.hpp"

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <vector>

#include "pirn/base/assert.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/exec/process_entry.hpp"
#include "pirn/mpi/lone_link.hpp"
#include "pirn/mpi/mpi_link.hpp"
#include "pirn/mpi/patience.hpp"
#include "pirn/mpi/rank_worker.hpp"

namespace pirn::detail {
namespace {

// A process is one rank, whatever it contains; so this is the process's, as MPI itself is.
rank_link* ranks = nullptr;
std::atomic<bool> are_claimed{false};

int run_program(rank_link& link, int argc, char** argv,
                const std::function<int(int, char**)>& program) {
  int status = EXIT_FAILURE;
  ranks = &link;
  try {
    status = program(argc, argv);
  } catch (...) {
    const char* name = argc > 0 ? argv[0] : "program";
    const char* slash = std::strrchr(name, '/');
    std::fprintf(stderr, "%s: %s\n", slash != nullptr ? slash + 1 : name,
                 describe_exception(std::current_exception()).c_str());
  }
  PIRN_ASSERT(!are_claimed, "an mpi_pool outlives the program that mpi_main() called");
  ranks = nullptr;
  return status;
}

void dismiss_workers(rank_link& link, int status) {
  std::vector<std::byte> content(sizeof status);
  std::memcpy(content.data(), &status, sizeof status);
  for (int rank = 1; rank <= link.workers(); ++rank) {
    link.send({.rank = rank, .what = rank_message::kind::end, .content = content});
  }
  patience patience(link);
  for (;;) {
    patience.listen();
    if (!link.still_sending()) return;
    patience.wait({.transfer = true});
  }
}

}  // namespace

int mpi_main(int argc, char** argv, const std::function<int(int, char**)>& program) {
  PIRN_ASSERT(ranks == nullptr, "mpi_main() is called once");
  process_main(argc, argv);  // a process that rank 0 starts inherits mpirun's environment
  if (!started_as_rank()) {
    lone_link alone;
    return run_program(alone, argc, argv, program);
  }
  mpi_link link(argc, argv);
  if (link.rank() != 0) return serve_rank(link);
  int status = EXIT_FAILURE;
  if (link.workers() == 0) {
    lone_link alone;
    status = run_program(alone, argc, argv, program);
  } else {
    status = run_program(link, argc, argv, program);
    dismiss_workers(link, status);
  }
  return status;
}

rank_link& claim_ranks() {
  if (ranks == nullptr) {
    throw std::logic_error(
        "an mpi_pool outside of mpi_main(): let main() return pirn::mpi_main(...)");
  }
  if (are_claimed.exchange(true)) {
    throw std::logic_error("a second mpi_pool at the same time: the ranks belong to the first one");
  }
  return *ranks;
}

void release_ranks() noexcept {
  are_claimed = false;
}

}  // namespace pirn::detail
