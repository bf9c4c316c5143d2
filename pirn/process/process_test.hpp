// process_test: what the tests of programs and pipes stand on: kernel loops, and what may leak.
#pragma once

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/census.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace pirn::testing {

/// While it lives, nothing may come to stay: neither descriptors nor children.
class nothing_left {
 public:
  nothing_left() = default;
  nothing_left(nothing_left&&) = delete;
  ~nothing_left() {
    EXPECT_EQ(open_descriptors(), descriptors_) << "descriptors were left behind";
    EXPECT_FALSE(has_children()) << "a child was left behind";
  }

 private:
  std::size_t descriptors_ = open_descriptors();
};

/// Derive a suite from it, write TEST_P, and once
///   INSTANTIATE_TEST_SUITE_P(drivers, suite, on_each_kernel(), driver_name);
class on_kernel : public each_driver {
 protected:
  nothing_left checked_;
};

}  // namespace pirn::testing
