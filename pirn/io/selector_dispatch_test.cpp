// selector: callbacks that do anything to the selector that calls them.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/io/selector.hpp"
#include "pirn/io/selector_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::io;
using enum pirn::io::selector_events;

TEST(selector, dispatch_calls_those_that_are_ready) {
  selector watched;
  socket_pair ends = connected_pair();
  std::vector<std::string> heard;
  watched.add(ends.left.get(), read, [&](int fd, selector_events events) {
    EXPECT_EQ(fd, ends.left.get());
    EXPECT_EQ(events, read);
    heard.push_back(receive(ends.left));
  });
  EXPECT_EQ(watched.dispatch(0s), 0U);
  send(ends.right, "hello");
  EXPECT_EQ(watched.dispatch(), 1U);
  EXPECT_EQ(heard, std::vector<std::string>{"hello"});
}

TEST(selector, a_callback_may_remove_and_close_all_and_itself_and_none_of_them_is_called) {
  selector watched;
  std::vector<socket_pair> pairs;
  for (int i = 0; i < 3; ++i) pairs.push_back(connected_pair());
  auto alive = std::make_shared<int>(0);
  for (const socket_pair& each : pairs) {
    watched.add(each.left.get(), write, [&, alive](int, selector_events) {
      for (socket_pair& pair : pairs) {
        watched.remove(pair.left.get());
        pair.left.reset();
      }
      ++*alive;  // what it holds lives until it has returned
    });
  }
  EXPECT_EQ(watched.dispatch(), 1U);
  EXPECT_EQ(*alive, 1);
  EXPECT_EQ(alive.use_count(), 1) << "callbacks that were removed are gone after the dispatch";
  EXPECT_TRUE(watched.empty());
}

TEST(selector, a_callback_that_removes_another_and_gives_its_number_away_calls_nobody_twice) {
  selector watched;
  socket_pair one = connected_pair();
  socket_pair two = connected_pair();
  socket_pair fresh = connected_pair();
  int fresh_calls = 0;
  int calls = 0;
  auto take_over = [&](int other) {
    watched.remove(other);
    ASSERT_EQ(::dup2(fresh.left.get(), other), other);
    watched.add(other, write, [&](int, selector_events) { ++fresh_calls; });
  };
  const int first = one.left.get();
  const int second = two.left.get();
  watched.add(first, write, [&](int, selector_events) { ++calls, take_over(second); });
  watched.add(second, write, [&](int, selector_events) { ++calls, take_over(first); });
  EXPECT_EQ(watched.dispatch(), 1U);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(fresh_calls, 0) << "it was not asked for when the wait began";
}

TEST(selector, a_callback_may_modify_others_and_itself) {
  selector watched;
  socket_pair one = connected_pair();
  socket_pair two = connected_pair();
  int first_calls = 0;
  int second_calls = 0;
  auto hush = [&] {
    for (int each : watched.descriptors()) watched.modify(each, read);
  };
  watched.add(one.left.get(), write, [&](int, selector_events) { ++first_calls, hush(); });
  watched.add(two.left.get(), write, [&](int, selector_events) { ++second_calls, hush(); });
  EXPECT_EQ(watched.dispatch(), 1U);
  EXPECT_EQ(first_calls + second_calls, 1);
  EXPECT_EQ(watched.dispatch(0s), 0U);
}

TEST(selector, a_callback_may_put_another_in_its_place) {
  selector watched;
  socket_pair ends = connected_pair();
  std::vector<std::string> told;
  std::string held(100, 'h');
  watched.add(ends.left.get(), write, [&, held](int fd, selector_events) {
    watched.modify(fd, write, [&](int, selector_events) { told.push_back("second"); });
    told.push_back(held);
  });
  watched.dispatch();
  watched.dispatch();
  EXPECT_EQ(told, (std::vector<std::string>{held, "second"}));
}

TEST(selector, a_callback_may_add_others_and_close_the_selector) {
  selector watched;
  socket_pair ends = connected_pair();
  int calls = 0;
  watched.add(ends.left.get(), write, [&](int, selector_events) {
    watched.add(ends.right.get(), write, [&](int, selector_events) {
      ++calls;
      watched.close();
    });
    watched.remove(ends.left.get());
  });
  EXPECT_EQ(watched.dispatch(), 1U);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(watched.dispatch(), 1U);
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(watched.is_open());
}

TEST(selector, what_a_callback_throws_leaves_the_dispatch_and_the_others_are_found_again) {
  selector watched;
  socket_pair one = connected_pair();
  socket_pair two = connected_pair();
  int calls = 0;
  for (const socket_pair* each : {&one, &two}) {
    watched.add(each->left.get(), write, [&](int fd, selector_events) {
      watched.remove(fd);
      if (++calls == 1) throw std::runtime_error("a mistake");
    });
  }
  EXPECT_EQ(message_of<std::runtime_error>([&] { watched.dispatch(); }), "a mistake");
  EXPECT_EQ(watched.dispatch(), 1U);
  EXPECT_EQ(calls, 2);
}

TEST(selector, a_callback_may_own_its_descriptor) {
  selector watched;
  socket_pair ends = connected_pair();
  const int fd = ends.left.get();
  watched.add(fd, read, [own = std::move(ends.left), &watched](int, selector_events) {
    if (receive(own).empty()) watched.remove(own.get());
  });
  send(ends.right, "some");
  watched.dispatch();
  EXPECT_TRUE(watched.contains(fd));
  ends.right.reset();
  watched.dispatch();
  EXPECT_TRUE(watched.empty());
}

TEST(selector, a_callback_does_not_wait_in_its_own_selector) {
  auto nested = [] {
    selector watched;
    socket_pair ends = connected_pair();
    watched.add(ends.left.get(), write, [&](int, selector_events) { watched.dispatch(); });
    watched.dispatch();
  };
  EXPECT_DEATH(nested(), "does not wait in it again");
}

}  // namespace
