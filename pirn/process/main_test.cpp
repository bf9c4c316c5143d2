// The main function of this room's tests, whose processes are started again to make calls.
#include <gtest/gtest.h>

#include "pirn/exec/process_entry.hpp"

int main(int argc, char** argv) {
  pirn::process_main(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
