// A program whose main() does not call process_main(), as this one's, is given no pool of
// processes.
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "pirn/process/process_pool.hpp"

TEST(process_main, a_pool_in_a_program_that_forgot_it_is_refused_with_the_remedy) {
  try {
    pirn::process_pool pool{2};
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find("call pirn::process_main(argc, argv) first in main()"),
              std::string::npos);
  }
}
