// function_address: there and back, and what refuses to be found.
#include "pirn/remote/function_address.hpp"

#include <cstdlib>
#include <stdexcept>

#include <gtest/gtest.h>

namespace {

using namespace pirn::remote;

int twice(int number) {
  return 2 * number;
}

bytes saved(const function_address& address) {
  bytes buffer;
  archive_out archive(buffer);
  archive(address);
  return buffer;
}

function_address loaded(const bytes& buffer) {
  archive_in archive(buffer);
  function_address address;
  archive(address);
  return address;
}

TEST(function_address, a_function_is_found_again) {
  auto address = function_address::of(&twice);
  EXPECT_EQ(address.module(), "");
  EXPECT_FALSE(address.build().empty());
  function_address came = loaded(saved(address));
  EXPECT_EQ(came, address);
  EXPECT_EQ(came.resolve<int(int)>()(21), 42);
}

TEST(function_address, one_of_a_shared_library_is_found_by_the_librarys_name) {
  auto of_libc = function_address::of(&std::atoi);
  EXPECT_EQ(of_libc.resolve<int(const char*)>()("42"), 42);
}

TEST(function_address, a_message_that_was_damaged_anywhere_is_refused) {
  const bytes sound = saved(function_address::of(&twice));
  for (std::size_t at = 0; at < sound.size(); ++at) {
    bytes damaged = sound;
    damaged[at] ^= std::byte{4};
    EXPECT_THROW(loaded(damaged).resolve<int(int)>(), std::runtime_error) << at;
  }
  for (std::size_t size = 0; size < sound.size(); ++size) {
    EXPECT_THROW(loaded({sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size)}),
                 message_error);
  }
}

std::string refusal(const function_address& address) {
  try {
    address.resolve<int(int)>();
  } catch (const message_error& error) {
    return error.what();
  }
  return "not refused";
}

TEST(function_address, another_build_is_refused_by_both_names) {
  auto mine = function_address::of(&twice);
  function_address other("", "0123", mine.offset_bytes());
  EXPECT_EQ(
      refusal(other),
      "call of a function in the program of build 0123, but here it is of build " + mine.build());
  other = {"libother.so.1", mine.build(), mine.offset_bytes()};
  EXPECT_EQ(refusal(other), "call of a function in libother.so.1, which is not loaded here");
  other = {"", mine.build(), 0};
  EXPECT_EQ(refusal(other), "call of a function that the program does not have");
}

TEST(function_address, what_is_in_no_module_cannot_travel) {
  static char not_code[16];
  auto pointer = reinterpret_cast<function_address::untyped>(&not_code[0]);
  EXPECT_THROW(function_address::of_untyped(pointer), std::invalid_argument);
}

}  // namespace
