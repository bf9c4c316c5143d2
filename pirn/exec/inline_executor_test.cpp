// inline_executor: calls made where they are submitted.
#include "pirn/exec/inline_executor.hpp"

#include <memory>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace pirn;

TEST(inline_executor, the_future_is_done_on_return) {
  inline_executor here;
  future<std::thread::id> where = here.submit([] { return std::this_thread::get_id(); });
  EXPECT_TRUE(where.done());
  EXPECT_EQ(where.result(), std::this_thread::get_id());
}

TEST(inline_executor, what_the_call_throws_is_its_futures) {
  inline_executor here;
  future<void> failed = here.submit([] { throw std::runtime_error("a mistake"); });
  EXPECT_THROW(failed.result(), std::runtime_error);
}

TEST(inline_executor, is_broken_when_its_initializer_throws) {
  int initialized = 0;
  inline_executor sound([&initialized] { ++initialized; });
  EXPECT_EQ(sound.submit([&initialized] { return initialized; }).result(), 1);
  inline_executor broken([] { throw std::runtime_error("no more"); });
  EXPECT_THROW(broken.submit([] {}), broken_executor);
}

TEST(inline_executor, takes_nothing_after_its_shutdown) {
  inline_executor here;
  here.shutdown();
  EXPECT_THROW(here.submit([] {}), std::runtime_error);
}

TEST(inline_executor, arguments_are_moved_and_go_with_the_call_not_with_the_future) {
  inline_executor here;
  auto shared = std::make_shared<int>(42);
  future<int> sum = here.submit([](std::shared_ptr<int> number) { return *number; }, shared);
  EXPECT_EQ(shared.use_count(), 1);
  EXPECT_EQ(sum.result(), 42);
}

TEST(inline_executor, a_call_may_submit_another) {
  inline_executor here;
  future<int> outer = here.submit([&here] { return here.submit([] { return 42; }).result(); });
  EXPECT_EQ(outer.result(), 42);
}

}  // namespace
