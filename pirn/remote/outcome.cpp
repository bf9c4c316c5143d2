#include "pirn/remote/outcome.hpp"

#include "pirn/remote/types.hpp"

namespace pirn::remote::detail {

bool begins_with_value(archive_in& archive) {
  ending how{};
  archive(how);
  if (how > ending::exception) throw message_error("damaged message: a result of no known form");
  return how == ending::value;
}

}  // namespace pirn::remote::detail
