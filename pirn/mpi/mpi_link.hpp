// mpi_link: the ranks that mpirun started, over MPI.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pirn/mpi/rank_link.hpp"

namespace pirn::detail {

/// Whether this process was started by mpirun, srun or their kind, as one of several ranks or one.
/// Starting MPI without them costs a third of a second and a helper process.
bool started_as_rank() noexcept;

/// MPI from MPI_Init to MPI_Finalize.
///
/// Threads: one at a time (MPI_THREAD_SERIALIZED); made and ended on the main thread.
class mpi_link final : public rank_link {
 public:
  enum class bells : std::uint8_t {
    shared,  ///< ranks of one host wake each other through shared memory
    none,    ///< ranks only look, as they do across hosts
  };
  /// Throws: std::runtime_error when MPI cannot be had for threads.
  mpi_link(int& argc, char**& argv, bells how = bells::shared);
  /// Waits for the other ranks to end theirs.
  ~mpi_link() override;

  int rank() const noexcept override;
  int workers() const noexcept override;
  void send(rank_message message) override;
  bool still_sending() override;
  std::optional<rank_message> try_receive() override;
  std::size_t size_max_bytes() const noexcept override;
  class bell& bell() noexcept override;
  bool all_can_ring() const noexcept override;

 private:
  struct parts;  // mpi.h stays out of headers
  void share_bells();
  void ring(int rank) noexcept;
  std::optional<rank_message> take_arrived();

  std::unique_ptr<parts> parts_;
};

}  // namespace pirn::detail
