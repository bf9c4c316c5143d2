// generator_context: the errors.

#include "pirn/core/generator_context.hpp"

namespace pirn::detail {

void throw_did_not_yield() {
  throw generator_context_error("the generator did not yield");
}

void throw_did_not_stop(bool after_error) {
  throw generator_context_error(after_error ? "the generator did not stop after the error"
                                            : "the generator did not stop: it yielded twice");
}

}  // namespace pirn::detail
