// Random bytes of OpenSSL out of a seed, on one thread and while it is said.
#include "pirn/tls/seeded_random.hpp"

#include <array>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace pirn::tls {

namespace {

std::string some_bytes() {
  std::array<unsigned char, 21> bytes{};
  EXPECT_EQ(RAND_bytes(bytes.data(), bytes.size()), 1);
  std::array<unsigned char, 21> secret{};
  EXPECT_EQ(RAND_priv_bytes(secret.data(), secret.size()), 1);
  return std::string(bytes.begin(), bytes.end()) + std::string(secret.begin(), secret.end());
}

std::string a_key() {
  EVP_PKEY* made = EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519");
  std::array<unsigned char, 32> bytes{};
  std::size_t size = bytes.size();
  EXPECT_EQ(EVP_PKEY_get_raw_private_key(made, bytes.data(), &size), 1);
  EVP_PKEY_free(made);
  return {bytes.begin(), bytes.end()};
}

std::string with_seed(std::uint64_t seed, std::string (*draw)()) {
  random_source lots(seed);
  const seeded_random seeded(lots);
  return draw();
}

}  // namespace

TEST(seeded_random, equal_seeds_draw_equal_bytes_and_keys) {
  for (auto* draw : {some_bytes, a_key}) {
    EXPECT_EQ(with_seed(1, draw), with_seed(1, draw));
    EXPECT_NE(with_seed(1, draw), with_seed(2, draw));
  }
}

TEST(seeded_random, nobody_else_is_seeded_meanwhile_nor_afterwards) {
  std::set<std::string> drawn;
  for (int i = 0; i < 2; ++i) {
    random_source lots(1);
    const seeded_random seeded(lots);
    std::thread([&] { drawn.insert(some_bytes()); }).join();
    drawn.insert(some_bytes());  // both times the same
  }
  for (int i = 0; i < 2; ++i) drawn.insert(some_bytes());
  EXPECT_EQ(drawn.size(), 5U);
}

TEST(seeded_random, nests) {
  random_source outer(1);
  const seeded_random first(outer);
  const std::string inside = with_seed(2, some_bytes);
  const std::string after = some_bytes();
  EXPECT_EQ(inside, with_seed(2, some_bytes));
  EXPECT_EQ(after, with_seed(1, some_bytes));
}

}  // namespace pirn::tls
