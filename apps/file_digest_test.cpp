#include "file_digest.hpp"

#include <cerrno>
#include <fstream>

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

std::string file_with(std::string_view name, std::string_view content) {
  const std::string path = ::testing::TempDir() + "pirn-file-digest-" + std::string(name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

TEST(file_digest, is_that_of_the_bytes) {
  const digest_result small = file_digest(file_with("small", "abc"));
  EXPECT_EQ(small.error, 0);
  EXPECT_TRUE(to_hex(small.digest).starts_with("ba7816bf"));
  const digest_result million = file_digest(file_with("million", std::string(1'000'000, 'a')));
  EXPECT_TRUE(to_hex(million.digest).starts_with("cdc76e5c"));
  EXPECT_TRUE(to_hex(million.digest).ends_with("c7112cd0"));
}

TEST(file_digest, says_why_there_is_none_and_does_not_mix_it_with_the_next) {
  EXPECT_EQ(file_digest("/nonexistent/file").error, ENOENT);
  EXPECT_EQ(file_digest("/").error, EISDIR);
  EXPECT_TRUE(to_hex(file_digest(file_with("next", "abc")).digest).starts_with("ba7816bf"));
}

}  // namespace
}  // namespace pirn::apps
