// callbacks: order, time, cancellation, descriptors, running until stopped.
#include "pirn/core/callbacks.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/core/loop_runner.hpp"
#include "pirn/core/within.hpp"
#include "pirn/platform/epoll_driver.hpp"
#include "pirn/platform/kernel_files.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using pirn::testing::run_virtual;

using numbers = std::vector<int>;

// Runs `body(calls)` with callbacks over a group, on virtual time.
template <class Body>
void with_callbacks(Body body) {
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      callbacks calls(group);
      co_await body(calls);
    });
  });
}

// The same on the kernel's clock and descriptors.
template <class Body>
void with_real_callbacks(Body body) {
  auto driver = make_epoll_driver({.files = kernel_files(), .runner = nullptr});
  loop home(*driver);
  auto main = [&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      callbacks calls(group);
      co_await body(calls);
    });
  };
  loop_entry entered(home);
  loop_runner::run(home, main());
}

struct pipe_ends {
  pipe_ends() { EXPECT_EQ(::pipe(ends), 0); }
  ~pipe_ends() {
    close_read();
    close_write();
  }
  void close_read() { close_one(ends[0]); }
  void close_write() { close_one(ends[1]); }
  void put(char letter) const { EXPECT_EQ(::write(ends[1], &letter, 1), 1); }
  char take() const {
    char letter = '\0';
    return ::read(ends[0], &letter, 1) == 1 ? letter : '\0';
  }
  int reading() const { return ends[0]; }
  int writing() const { return ends[1]; }

 private:
  static void close_one(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  int ends[2] = {-1, -1};
};

TEST(callbacks, call_soon_calls_on_a_later_turn_in_order) {
  numbers trace;
  with_callbacks([&](callbacks& calls) -> task<> {
    for (int i = 0; i < 3; ++i) calls.call_soon([&](int number) { trace.push_back(number); }, i);
    EXPECT_TRUE(trace.empty());
    co_await yield_now();
    EXPECT_EQ(trace, (numbers{0, 1, 2}));
  });
}

TEST(callbacks, call_later_and_call_at_keep_time) {
  numbers trace;
  with_callbacks([&](callbacks& calls) -> task<> {
    auto note = [&](int number) { trace.push_back(number); };
    calls.call_later(2s, note, 2);
    calls.call_at(now() + 3s, note, 3);
    calls.call_later(1s, note, 1);
    calls.call_later(2s, note, 22);
    co_await sleep_for(2500ms);
    EXPECT_EQ(trace, (numbers{1, 2, 22}));
  });
  EXPECT_EQ(trace, (numbers{1, 2, 22, 3}));  // the group waited for the last
}

TEST(callbacks, a_cancelled_call_is_not_made) {
  numbers trace;
  with_callbacks([&](callbacks& calls) -> task<> {
    auto note = [&](int number) { trace.push_back(number); };
    child<> soon = calls.call_soon(note, 1);
    child<> later = calls.call_later(1s, note, 2);
    calls.call_soon(note, 3);
    soon.cancel();
    later.cancel();
    co_await sleep_for(2s);
    EXPECT_TRUE(soon.was_cancelled());
    EXPECT_TRUE(later.was_cancelled());
  });
  EXPECT_EQ(trace, (numbers{3}));
}

TEST(callbacks, a_call_may_be_a_task_and_may_ask_for_more) {
  numbers trace;
  with_callbacks([&](callbacks& calls) -> task<> {
    calls.call_soon([&]() -> task<> {
      co_await sleep_for(1s);
      trace.push_back(1);
      calls.call_soon([&] { trace.push_back(2); });
    });
    co_await sleep_for(2s);
  });
  EXPECT_EQ(trace, (numbers{1, 2}));
}

TEST(callbacks, the_handle_is_awaited_and_the_arguments_are_kept) {
  std::string seen;
  with_callbacks([&](callbacks& calls) -> task<> {
    std::string text = "a text that is too long for the small buffer of a string";
    child<> handle = calls.call_later(1s, [&](const std::string& given) { seen = given; }, text);
    text = "overwritten";
    co_await handle;
    EXPECT_EQ(now(), time_point(1s));
  });
  EXPECT_EQ(seen, "a text that is too long for the small buffer of a string");
}

TEST(callbacks, a_failing_call_is_a_failure_of_the_group) {
  std::string message;
  try {
    with_callbacks([](callbacks& calls) -> task<> {
      calls.call_soon([] { throw std::runtime_error("spam"); });
      co_await sleep_for(1h);
    });
  } catch (const exception_group& error) {
    message = error.what();
  }
  EXPECT_EQ(message, "1 task failed: spam");
}

TEST(callbacks, cancelling_the_group_drops_the_calls_to_come) {
  numbers trace;
  run_virtual([&]() -> task<> {
    co_await with_group([&](task_group& group) {
      callbacks calls(group);
      calls.call_soon([&] { trace.push_back(1); });
      calls.call_later(1s, [&] { trace.push_back(2); });
      group.cancel();
    });
    EXPECT_EQ(now(), time_point());
  });
  EXPECT_TRUE(trace.empty());
}

TEST(callbacks, runs_until_it_is_stopped) {
  with_callbacks([](callbacks& calls) -> task<> {
    int ticks = 0;
    auto tick = [&](auto& self) -> void {
      if (++ticks == 3) {
        calls.stop();
      } else {
        calls.call_later(1s, [&self] { self(self); });
      }
    };
    calls.call_soon([&] { tick(tick); });
    co_await calls.run_forever();
    EXPECT_EQ(ticks, 3);
    EXPECT_EQ(now(), time_point(2s));
  });
}

TEST(callbacks, a_stop_that_came_before_ends_one_run) {
  with_callbacks([](callbacks& calls) -> task<> {
    calls.stop();
    co_await calls.run_forever();
    EXPECT_EQ(now(), time_point());
    calls.call_later(1s, [&] { calls.stop(); });
    co_await calls.run_forever();
    EXPECT_EQ(now(), time_point(1s));
  });
}

TEST(callbacks, running_for_ever_can_be_cancelled) {
  with_callbacks([](callbacks& calls) -> task<> {
    bool stopped = co_await move_on_after(1s, calls.run_forever());
    EXPECT_FALSE(stopped);
    EXPECT_FALSE(loop::current().awaits_outside_work());
  });
}

TEST(callbacks, another_thread_posts_a_call_while_it_runs_for_ever) {
  with_real_callbacks([](callbacks& calls) -> task<> {
    loop& home = loop::current();
    int called = 0;
    std::thread other([&] {
      home.post([&] {
        calls.call_soon([&] {
          ++called;
          calls.stop();
        });
      });
    });
    co_await calls.run_forever();
    other.join();
    EXPECT_EQ(called, 1);
  });
}

TEST(callbacks, a_reader_is_called_while_there_is_something_to_read) {
  with_real_callbacks([](callbacks& calls) -> task<> {
    pipe_ends pipe;
    std::string got;
    calls.add_reader(pipe.reading(), [&] {
      got += pipe.take();  // one at a time: the rest calls again
      if (got.size() == 3) calls.stop();
    });
    for (char letter : {'a', 'b', 'c'}) pipe.put(letter);
    co_await calls.run_forever();
    EXPECT_EQ(got, "abc");
    EXPECT_TRUE(calls.remove_reader(pipe.reading()));
    EXPECT_FALSE(calls.remove_reader(pipe.reading()));
    co_await yield_now();
  });
}

TEST(callbacks, a_reader_is_told_of_the_end) {
  with_real_callbacks([](callbacks& calls) -> task<> {
    pipe_ends pipe;
    calls.add_reader(pipe.reading(), [&] {
      EXPECT_EQ(pipe.take(), '\0');
      calls.remove_reader(pipe.reading());
      calls.stop();
    });
    pipe.close_write();
    co_await calls.run_forever();
  });
}

TEST(callbacks, a_removed_reader_is_not_called) {
  with_real_callbacks([](callbacks& calls) -> task<> {
    pipe_ends pipe;
    int called = 0;
    calls.add_reader(pipe.reading(), [&] { ++called; });
    co_await yield_now();
    pipe.put('a');
    calls.remove_reader(pipe.reading());
    co_await sleep_for(1ms);
    EXPECT_EQ(called, 0);
  });
}

TEST(callbacks, adding_a_reader_again_takes_the_place_of_the_first) {
  with_real_callbacks([](callbacks& calls) -> task<> {
    pipe_ends pipe;
    std::string got;
    calls.add_reader(pipe.reading(), [&] { got += '1'; });
    co_await yield_now();
    calls.add_reader(pipe.reading(), [&] {
      static_cast<void>(pipe.take());
      got += '2';
      calls.stop();
    });
    pipe.put('a');
    co_await calls.run_forever();
    EXPECT_EQ(got, "2");
    calls.remove_reader(pipe.reading());
    co_await yield_now();
  });
}

TEST(callbacks, a_writer_is_called_while_there_is_room) {
  with_real_callbacks([](callbacks& calls) -> task<> {
    pipe_ends pipe;
    int called = 0;
    calls.add_writer(pipe.writing(), [&] {
      if (++called < 3) return;
      calls.remove_writer(pipe.writing());
      calls.stop();
    });
    co_await calls.run_forever();
    EXPECT_EQ(called, 3);
    EXPECT_FALSE(calls.remove_writer(pipe.writing()));
  });
}

TEST(callbacks, readers_end_with_the_callbacks) {
  pipe_ends pipe;
  with_real_callbacks([&](callbacks& calls) -> task<> {
    calls.add_reader(pipe.reading(), [] {});
    calls.add_writer(pipe.writing(), [] {});
    co_await yield_now();
  });
}

TEST(callbacks, a_descriptor_that_cannot_be_waited_for_fails_the_group) {
  std::string message;
  try {
    with_callbacks([](callbacks& calls) -> task<> {  // virtual time knows no descriptors
      calls.add_reader(0, [] {});
      co_await sleep_for(1h);
    });
  } catch (const exception_group& error) {
    message = error.what();
    EXPECT_NE(error.find<std::system_error>(), nullptr);
  }
  EXPECT_NE(message.find("poll descriptor 0"), std::string::npos) << message;
}

}  // namespace
