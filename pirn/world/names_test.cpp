// Names and addresses of a world's hosts: each has its own.
#include "pirn/world/names.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "pirn/world/world.hpp"

namespace pirn {

TEST(world_names, a_host_has_a_name_and_addresses_of_its_own) {
  world w;
  w.add_host("one", {"10.0.0.1", "10.0.0.2"});
  EXPECT_THROW(w.add_host("one", "10.0.0.3"), std::invalid_argument);
  EXPECT_THROW(w.add_host("ONE", "10.0.0.3"), std::invalid_argument) << "names have no case";
  EXPECT_THROW(w.add_host("two", "10.0.0.2"), std::invalid_argument);
  EXPECT_THROW(w.add_host("two", {}), std::invalid_argument);
  EXPECT_THROW(w.add_host("", "10.0.0.3"), std::invalid_argument);
  EXPECT_THROW(w.add_host("two\nlines", "10.0.0.3"), std::invalid_argument);
  EXPECT_EQ(w.hosts().size(), 1U);
  w.add_host("two", "10.0.0.3");
}

}  // namespace pirn
