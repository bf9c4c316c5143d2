#include "store.hpp"

namespace pirn::apps::kv {

answer store::apply(const command& asked) {
  if (asked.what == command::kind::nothing) return {};
  session& of_client = sessions_[asked.client];
  if (asked.sequence <= of_client.sequence && bug_ != planted_bug::applies_retries) {
    return of_client.last;
  }
  of_client.sequence = asked.sequence;
  of_client.last = carry_out(asked);
  return of_client.last;
}

std::optional<std::string> store::value_of(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return {};
  return found->second;
}

answer store::carry_out(const command& asked) {
  answer given;
  switch (asked.what) {
    case command::kind::nothing:
      break;
    case command::kind::read:
      given.value = value_of(asked.key);
      break;
    case command::kind::write:
      values_[asked.key] = asked.value;
      break;
    case command::kind::compare_and_swap:
      given.swapped = value_of(asked.key) == asked.expected;
      if (given.swapped) values_[asked.key] = asked.value;
  }
  return given;
}

}  // namespace pirn::apps::kv
