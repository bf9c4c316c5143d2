// type_name: types as a program writes them.
#include "pirn/base/type_name.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace {

struct local {};

TEST(type_name, is_what_a_program_writes) {
  EXPECT_EQ(pirn::type_name(typeid(int)), "int");
  EXPECT_EQ(pirn::type_name(typeid(void)), "void");
  EXPECT_EQ(pirn::type_name(typeid(std::string)), "std::string");
  EXPECT_EQ(pirn::type_name(typeid(std::runtime_error)), "std::runtime_error");
  const std::string name = pirn::type_name(typeid(local));
  EXPECT_TRUE(name.ends_with("(anonymous namespace)::local")) << name;
}

TEST(type_name, of_an_exception_is_that_of_what_was_thrown) {
  EXPECT_EQ(pirn::type_name(std::make_exception_ptr(std::out_of_range("x"))), "std::out_of_range");
  EXPECT_EQ(pirn::type_name(std::make_exception_ptr(42)), "int");
}

}  // namespace
