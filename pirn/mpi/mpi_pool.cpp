#include "pirn/mpi/mpi_pool.hpp"

#include <exception>

#include "pirn/mpi/conductor.hpp"

namespace pirn {
namespace {

/// The ranks, for the time of a pool.
class rank_claim {
 public:
  rank_claim() : link_(detail::claim_ranks()) {}
  rank_claim(rank_claim&&) = delete;
  ~rank_claim() { detail::release_ranks(); }

  detail::rank_link& link() const noexcept { return link_; }

 private:
  detail::rank_link& link_;
};

}  // namespace

struct mpi_pool::parts {
  explicit parts(const remote::bytes& initializer) : conductor(claim.link(), initializer) {}

  const int exceptions_before = std::uncaught_exceptions();
  rank_claim claim;
  detail::conductor conductor;
};

mpi_pool::mpi_pool(mpi_pool_options options) : mpi_pool(options, remote::bytes{}) {}

mpi_pool::mpi_pool(mpi_pool_options options, const remote::bytes& initializer)
    : name_(options.name), parts_(std::make_unique<parts>(initializer)) {
  concurrency_ = static_cast<unsigned>(parts_->claim.link().workers());
}

mpi_pool::~mpi_pool() {
  shutdown({.cancel_pending = std::uncaught_exceptions() > parts_->exceptions_before});
}

void mpi_pool::shutdown(shutdown_options options) {
  parts_->conductor.close(options);
}

void mpi_pool::add(std::unique_ptr<detail::rank_call> call) {
  parts_->conductor.add(std::move(call));
}

}  // namespace pirn
