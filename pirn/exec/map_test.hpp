// map_test: what the tests of map() share.
#pragma once

#include <utility>
#include <vector>

#include "pirn/exec/map.hpp"

namespace pirn::testing {

template <class R>
std::vector<R> all_of(mapped<R> results) {
  std::vector<R> values;
  for (R& each : results) values.push_back(std::move(each));
  return values;
}

}  // namespace pirn::testing
