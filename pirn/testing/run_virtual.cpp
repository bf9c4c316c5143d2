#include "pirn/testing/run_virtual.hpp"

namespace pirn::testing {

virtual_world::virtual_world(virtual_run_options options, bool record_decisions)
    : driver_(virtual_options{.seed = options.seed}),
      loop_(driver_, loop_options{.shuffle_seed =
                                      options.shuffle ? std::optional(options.seed) : std::nullopt,
                                  .record_decisions = record_decisions}) {}

}  // namespace pirn::testing
