// selector: descriptors watched from a plain thread, with data.
#include "pirn/io/selector.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include "pirn/io/selector_test.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::io;
using enum pirn::io::selector_events;

TEST(selector, add_gives_the_key_and_refuses_what_is_wrong_by_name) {
  selector<std::string> watched;
  socket_pair ends = connected_pair();
  const int fd = ends.left.get();
  const auto& key = watched.add(fd, read, "data");
  EXPECT_EQ(key.fd, fd);
  EXPECT_EQ(key.events, read);
  EXPECT_EQ(key.data, "data");
  EXPECT_EQ(message_of<std::invalid_argument>([&] { watched.add(fd, read); }),
            about("add", fd, "already registered"));
  EXPECT_EQ(message_of<std::invalid_argument>([&] { watched.add(-10, read); }),
            about("add", -10, "no descriptor is negative"));
  for (selector_events wrong : {none, static_cast<selector_events>(99)}) {
    EXPECT_EQ(message_of<std::invalid_argument>([&] { watched.add(0, wrong); }),
              about("add", 0, "neither to read nor to write"));
  }
  EXPECT_EQ(watched.size(), 1U);
}

TEST(selector, a_regular_file_and_a_closed_descriptor_are_refused_and_not_registered) {
  selector<int> watched;
  auto file = make_memory_file({});
  ASSERT_TRUE(file);
  const int regular = file->get();
  EXPECT_EQ(message_of<std::system_error>([&] { watched.add(regular, read); }),
            about("add", regular, "Operation not permitted"));
  EXPECT_FALSE(watched.contains(regular));
  file->reset();
  EXPECT_EQ(message_of<std::system_error>([&] { watched.add(regular, read); }),
            about("add", regular, "Bad file descriptor"));
  EXPECT_TRUE(watched.empty());
}

TEST(selector, remove_forgets_and_twice_is_an_error) {
  selector<int> watched;
  socket_pair ends = connected_pair();
  const int fd = ends.left.get();
  watched.add(fd, write);
  watched.remove(fd);
  EXPECT_TRUE(watched.select(0s).empty());
  EXPECT_EQ(message_of<std::out_of_range>([&] { watched.remove(fd); }),
            about("remove", fd, "not registered"));
  EXPECT_EQ(message_of<std::out_of_range>([&] { watched.remove(999'999); }),
            about("remove", 999'999, "not registered"));
}

TEST(selector, what_was_closed_can_be_removed_also_when_its_number_is_anothers) {
  for (bool reused : {false, true}) {
    selector<int> watched;
    socket_pair ends = connected_pair();
    socket_pair others = connected_pair();
    const int left = ends.left.get();
    const int right = ends.right.get();
    watched.add(left, read);
    watched.add(right, write);
    if (reused) {
      ASSERT_EQ(::dup2(others.left.get(), left), left);
      ASSERT_EQ(::dup2(others.right.get(), right), right);
    } else {
      ends.left.reset();
      ends.right.reset();
    }
    watched.remove(left);
    watched.remove(right);
    EXPECT_TRUE(watched.empty());
  }
}

TEST(selector, modify_changes_events_and_data_each_alone) {
  selector<std::string> watched;
  socket_pair ends = connected_pair();
  const int fd = ends.left.get();
  watched.add(fd, read, "one");
  EXPECT_TRUE(watched.select(0s).empty());
  EXPECT_EQ(watched.modify(fd, write).events, write);
  EXPECT_EQ(watched.at(fd).data, "one");
  EXPECT_EQ(watched.select(0s).size(), 1U);
  EXPECT_EQ(watched.modify(fd, write, "two").data, "two");
  EXPECT_EQ(&watched.at(fd), watched.find(fd));
  EXPECT_EQ(message_of<std::out_of_range>([&] { watched.modify(999'999, read); }),
            about("modify", 999'999, "not registered"));
}

TEST(selector, a_modify_that_the_kernel_refuses_removes) {
  selector<int> watched;
  socket_pair ends = connected_pair();
  const int fd = ends.left.get();
  watched.add(fd, read);
  ends.left.reset();
  EXPECT_EQ(watched.modify(fd, read, 7).data, 7);  // nothing that the kernel is asked
  EXPECT_EQ(message_of<std::system_error>([&] { watched.modify(fd, write); }),
            about("modify", fd, "Bad file descriptor"));
  EXPECT_TRUE(watched.empty());
}

TEST(selector, once_closed_it_knows_nothing_and_says_so) {
  selector<int> watched;
  socket_pair ends = connected_pair();
  const int fd = ends.left.get();
  watched.add(fd, read);
  EXPECT_GE(watched.native_handle(), 0);
  watched.close();
  watched.close();
  EXPECT_FALSE(watched.is_open());
  EXPECT_EQ(watched.native_handle(), -1);
  EXPECT_EQ(watched.find(fd), nullptr);
  EXPECT_EQ(message_of<std::logic_error>([&] { watched.at(fd); }),
            about("look up", fd, "the selector is closed"));
  EXPECT_EQ(message_of<std::logic_error>([&] { watched.add(fd, read); }),
            about("add", fd, "the selector is closed"));
  EXPECT_EQ(message_of<std::logic_error>([&] { watched.select(0s); }),
            "select: the selector is closed");
}

TEST(selector, it_can_be_looked_into) {
  selector<std::string> watched;
  EXPECT_TRUE(watched.empty());
  socket_pair ends = connected_pair();
  const int fd = ends.left.get();
  const auto& key = watched.add(fd, read, "data");
  EXPECT_TRUE(watched.contains(fd));
  EXPECT_EQ(&watched.at(fd), &key);
  EXPECT_EQ(watched.descriptors(), std::vector{fd});
  EXPECT_EQ(message_of<std::out_of_range>([&] { watched.at(999'999); }),
            about("look up", 999'999, "not registered"));
}

TEST(selector, select_gives_those_that_are_ready_and_for_what) {
  selector<std::string> watched;
  socket_pair ends = connected_pair();
  watched.add(ends.left.get(), read, "reader");
  watched.add(ends.right.get(), read_write, "writer");
  for (int time = 0; time < 2; ++time) {
    std::vector<std::string> found;
    for (auto [key, events] : watched.select()) {
      EXPECT_EQ(events, write);
      found.push_back(key.data);
    }
    EXPECT_EQ(found, std::vector<std::string>{"writer"});
  }
}

TEST(selector, what_is_hung_up_is_ready_for_all_it_is_watched_for) {
  selector<int> watched;
  socket_pair ends = connected_pair();
  watched.add(ends.left.get(), read_write);
  ends.right.reset();
  EXPECT_EQ(watched.select().front().events, read_write);
  watched.modify(ends.left.get(), write);
  EXPECT_EQ(watched.select().front().events, write);
}

TEST(selector, a_message_for_each_of_many_is_found_where_it_was_sent) {
  selector<const unique_fd*> watched;
  std::vector<socket_pair> pairs;
  for (int i = 0; i < 12; ++i) pairs.push_back(connected_pair());
  for (const socket_pair& each : pairs) watched.add(each.left.get(), read, &each.left);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const socket_pair& chosen = pairs[i * 5 % pairs.size()];
    send(chosen.right, "This is a test.");
    auto found = watched.select();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].which.data, &chosen.left);
    EXPECT_EQ(receive(*found[0].which.data), "This is a test.");
    watched.remove(chosen.left.get());
  }
  EXPECT_TRUE(watched.empty());
}

TEST(selector, thousands_are_found_at_once) {
  selector<int> watched;
  std::vector<socket_pair> pairs;
  for (int i = 0; i < 1'000; ++i) {
    pairs.push_back(connected_pair());
    watched.add(pairs.back().left.get(), read);
    watched.add(pairs.back().right.get(), write);
  }
  EXPECT_EQ(watched.select().size(), pairs.size());
}

TEST(selector, with_nothing_to_watch_it_waits_for_its_time) {
  selector<int> watched;
  EXPECT_TRUE(watched.select(0s).empty());
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(watched.select(3ms).empty());
  EXPECT_GE(std::chrono::steady_clock::now() - before, 3ms);
}

TEST(selector, no_time_and_less_only_look) {
  selector<int> watched;
  socket_pair ends = connected_pair();
  watched.add(ends.right.get(), write);
  EXPECT_EQ(watched.select(0s).size(), 1U);
  EXPECT_EQ(watched.select(-1s).size(), 1U);
  watched.remove(ends.right.get());
  watched.add(ends.left.get(), read);
  EXPECT_TRUE(watched.select(0s).empty());
  EXPECT_TRUE(watched.select(-1s).empty());
}

std::atomic<int> interruptions = 0;

TEST(selector, a_signal_does_not_end_a_wait_before_its_time) {
  struct sigaction before{};
  struct sigaction counting{};
  counting.sa_handler = [](int) { ++interruptions; };
  ASSERT_EQ(sigaction(SIGUSR2, &counting, &before), 0);
  selector<int> watched;
  socket_pair ends = connected_pair();
  watched.add(ends.left.get(), read);
  const auto began = std::chrono::steady_clock::now();
  const pthread_t waiting = ::pthread_self();
  std::atomic<bool> over = false;
  std::thread interrupting([&] {  // again and again, for one that comes too early is not enough
    while (!over) {
      ::pthread_kill(waiting, SIGUSR2);
      std::this_thread::yield();
    }
  });
  EXPECT_TRUE(watched.select(30ms).empty());
  over = true;
  interrupting.join();
  EXPECT_GE(std::chrono::steady_clock::now() - began, 30ms);
  EXPECT_GT(interruptions, 0);
  sigaction(SIGUSR2, &before, nullptr);
}

TEST(selector, keys_that_were_found_outlive_their_removal) {
  selector<std::string> watched;
  socket_pair one = connected_pair();
  socket_pair two = connected_pair();
  watched.add(one.left.get(), write, "one");
  watched.add(two.left.get(), write, "two");
  std::string told;
  for (auto [key, events] : watched.select()) {
    watched.remove(key.fd);
    told += key.data;
  }
  EXPECT_EQ(told.size(), 6U);
}

}  // namespace
