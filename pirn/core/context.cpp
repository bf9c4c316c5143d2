// context: the managers that are no templates.

#include "pirn/core/context.hpp"

namespace pirn {

std::ostream& redirect_output::enter() {
  previous_.push_back(stream_.rdbuf());
  stream_.rdbuf(target_.rdbuf());
  return target_;
}

void redirect_output::exit(const std::exception_ptr&) {
  stream_.rdbuf(previous_.back());
  previous_.pop_back();
}

}  // namespace pirn
