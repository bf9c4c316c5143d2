#include "sha256.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(sha256, gives_the_digests_of_the_standard_s_examples) {
  sha256 hash;
  EXPECT_EQ(to_hex(hash.finish()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  hash.update(bytes_of("abc"));
  EXPECT_EQ(to_hex(hash.finish()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(sha256, does_not_mind_where_the_bytes_are_cut) {
  sha256 hash;
  hash.update(bytes_of("abcdbcdecdefdefgefghfghighijhi"));
  hash.update({});
  hash.update(bytes_of("jkijkljklmklmnlmnomnopnopq"));
  EXPECT_EQ(to_hex(hash.finish()),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(sha256, forgets_on_restart) {
  sha256 hash;
  hash.update(bytes_of("something else"));
  hash.restart();
  hash.update(bytes_of("abc"));
  EXPECT_TRUE(to_hex(hash.finish()).starts_with("ba7816bf"));
}

}  // namespace
}  // namespace pirn::apps
