#include "pirn/exec/parallel.hpp"

namespace pirn::detail {

std::size_t customary_grain(std::size_t count) noexcept {
  constexpr std::size_t parts_per_thread = 8;
  const worker_thread* worker = work_scheduler::this_worker();
  const std::size_t threads = worker == nullptr ? 1 : worker->home.options().size;
  return std::max<std::size_t>(1, count / (threads * parts_per_thread));
}

}  // namespace pirn::detail
