#include "pirn/platform/buffer_pool.hpp"

#include <cstring>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/base/compiler.hpp"

namespace pirn::detail {

TEST(buffer_pool, a_lease_gives_its_buffer_back) {
  buffer_pool pool;
  std::span<std::byte> buffer = pool.take(buffer_size::small);
  EXPECT_EQ(buffer.size(), bytes_of(buffer_size::small));
  std::memcpy(buffer.data(), "text", 4);
  {
    lease first = pool.lend(buffer, buffer_size::small, 4);
    EXPECT_EQ(first.text(), "text");
    lease second = std::move(first);
    EXPECT_TRUE(first.empty());
    EXPECT_EQ(second.text(), "text");
    EXPECT_EQ(pool.lent(), 1U);
    second = lease();
    EXPECT_EQ(pool.lent(), 0U);
  }
  EXPECT_EQ(pool.lent(), 0U);
}

TEST(buffer_pool, the_last_buffer_that_came_back_is_lent_next) {
  if (sanitized) return;  // there each lease has memory of its own, so that use after its end shows
  buffer_pool pool;
  std::byte* first = pool.take(buffer_size::large).data();
  std::byte* second = pool.take(buffer_size::large).data();
  EXPECT_NE(first, second);
  pool.give_back(first, buffer_size::large);
  pool.give_back(second, buffer_size::large);
  EXPECT_EQ(pool.take(buffer_size::large).data(), second);
  EXPECT_EQ(pool.take(buffer_size::large).data(), first);
  pool.give_back(first, buffer_size::large);
  pool.give_back(second, buffer_size::large);
}

TEST(buffer_pool, any_number_of_buffers_is_lent) {
  buffer_pool pool;
  std::set<std::byte*> lent;
  for (int i = 0; i < 1000; ++i) lent.insert(pool.take(buffer_size::medium).data());
  EXPECT_EQ(lent.size(), 1000U);
  EXPECT_EQ(pool.lent(), 1000U);
  for (std::byte* each : lent) pool.give_back(each, buffer_size::medium);
  EXPECT_EQ(pool.lent(), 0U);
}

TEST(receive_size, full_buffers_grow) {
  receive_size size;
  EXPECT_EQ(size.next(), buffer_size::small);
  size.received(bytes_of(buffer_size::small));
  EXPECT_EQ(size.next(), buffer_size::medium);
  size.received(bytes_of(buffer_size::medium));
  EXPECT_EQ(size.next(), buffer_size::large);
  size.received(bytes_of(buffer_size::large));
  EXPECT_EQ(size.next(), buffer_size::large);
}

TEST(receive_size, a_message_of_a_usual_size_does_not_fill_its_buffer) {
  for (std::size_t usual_bytes : {4096U, 16384U, 65536U}) {
    receive_size size;
    for (int i = 0; i < 3; ++i) size.received(usual_bytes);
    EXPECT_GT(bytes_of(size.next()), usual_bytes);
    EXPECT_LT(bytes_of(size.next()), 2 * usual_bytes);
  }
}

TEST(receive_size, only_a_row_of_small_receives_shrinks) {
  receive_size size;
  size.received(bytes_of(buffer_size::small));
  for (int i = 0; i < 100; ++i) {  // a burst and its tail, over and over
    for (int small = 0; small < 7; ++small) size.received(100);
    size.received(4000);
  }
  EXPECT_EQ(size.next(), buffer_size::medium);
  for (int small = 0; small < 8; ++small) size.received(100);
  EXPECT_EQ(size.next(), buffer_size::small);
  for (int small = 0; small < 100; ++small) size.received(1);
  EXPECT_EQ(size.next(), buffer_size::small);
}

}  // namespace pirn::detail
