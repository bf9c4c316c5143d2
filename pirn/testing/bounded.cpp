#include "pirn/testing/bounded.hpp"

#include <chrono>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/within.hpp"

namespace pirn::testing::detail {

task<> bounded(const program_maker& make, bool is_virtual) {
  task<> program = make();
  if (is_virtual) {
    co_await std::move(program);
    co_return;
  }
  const bool ended = co_await move_on_after(std::chrono::seconds(20), std::move(program));
  if (!ended) throw deadlock_error("the program is not at its end after 20 s");
}

}  // namespace pirn::testing::detail
