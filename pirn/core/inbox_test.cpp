// inbox: messages from any thread, in order, also while either side ends.
#include "pirn/core/inbox.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using pirn::inbox;
using pirn::inbox_message;

struct counting_sleeper final : inbox::sleeper {
  void wake() noexcept override { wakes.fetch_add(1); }
  std::atomic<int> wakes{0};
};

struct noted_message final : inbox_message {
  noted_message(std::vector<int>& notes, int which) : trace(notes), number(which) {}
  void arrived() noexcept override { trace.push_back(number); }
  void dropped() noexcept override { trace.push_back(-number); }
  std::vector<int>& trace;
  int number;
};

TEST(inbox, delivers_in_the_order_of_posting) {
  counting_sleeper sleeper;
  inbox mail(sleeper);
  std::vector<int> trace;
  noted_message first(trace, 1), second(trace, 2), third(trace, 3);
  EXPECT_FALSE(mail.has_mail());
  mail.post(first);
  mail.post(second);
  mail.post(third);
  EXPECT_TRUE(mail.has_mail());
  mail.deliver();
  EXPECT_EQ(trace, (std::vector{1, 2, 3}));
  EXPECT_FALSE(mail.has_mail());
  mail.post(second);  // again
  mail.deliver();
  EXPECT_EQ(trace, (std::vector{1, 2, 3, 2}));
}

TEST(inbox, wakes_a_loop_that_sleeps_and_no_other) {
  counting_sleeper sleeper;
  inbox mail(sleeper);
  std::vector<int> trace;
  noted_message first(trace, 1), second(trace, 2), third(trace, 3);
  mail.post(first);
  EXPECT_EQ(sleeper.wakes, 0);
  EXPECT_FALSE(mail.about_to_sleep());  // there is mail
  mail.deliver();
  EXPECT_TRUE(mail.about_to_sleep());
  mail.post(second);
  mail.post(third);
  EXPECT_EQ(sleeper.wakes, 1);
  mail.woke_up();
  mail.deliver();
}

TEST(inbox, what_a_message_posts_waits_for_the_next_time) {
  counting_sleeper sleeper;
  inbox mail(sleeper);
  struct reposting final : inbox_message {
    explicit reposting(inbox& to) : mail(to) {}
    void arrived() noexcept override {
      ++arrivals;
      mail.post(*this);
    }
    inbox& mail;
    int arrivals = 0;
  } message(mail);
  mail.post(message);
  mail.deliver();
  EXPECT_EQ(message.arrivals, 1);
  mail.deliver();
  EXPECT_EQ(message.arrivals, 2);
  mail.withdraw(message);
}

TEST(inbox, a_message_can_be_taken_back) {
  counting_sleeper sleeper;
  inbox mail(sleeper);
  std::vector<int> trace;
  noted_message first(trace, 1), second(trace, 2), third(trace, 3), fourth(trace, 4);
  mail.post(first);
  mail.post(second);
  mail.post(third);
  mail.withdraw(second);
  mail.post(fourth);
  EXPECT_TRUE(mail.has_mail());
  EXPECT_FALSE(mail.about_to_sleep());
  mail.deliver();
  EXPECT_EQ(trace, (std::vector{1, 3, 4}));
}

TEST(inbox, a_message_can_be_taken_back_by_one_before_it) {
  counting_sleeper sleeper;
  inbox mail(sleeper);
  std::vector<int> trace;
  noted_message victim(trace, 2), last(trace, 3);
  struct withdrawing final : inbox_message {
    withdrawing(inbox& from, inbox_message& other) : mail(from), target(other) {}
    void arrived() noexcept override { mail.withdraw(target); }
    inbox& mail;
    inbox_message& target;
  } first(mail, victim);
  mail.post(first);
  mail.post(victim);
  mail.post(last);
  mail.deliver();
  EXPECT_EQ(trace, (std::vector{3}));
}

TEST(inbox, what_has_not_arrived_at_its_end_is_dropped) {
  counting_sleeper sleeper;
  std::vector<int> trace;
  noted_message first(trace, 1), second(trace, 2);
  {
    inbox mail(sleeper);
    mail.post(first);
    mail.post(second);
  }
  EXPECT_EQ(trace, (std::vector{-1, -2}));
}

TEST(inbox, each_posters_messages_arrive_once_and_in_its_order) {
  constexpr int posters = 4;
  constexpr int each_posts = 20'000;
  counting_sleeper sleeper;
  inbox mail(sleeper);
  std::vector<std::vector<int>> traces(posters);
  std::vector<std::vector<std::unique_ptr<noted_message>>> messages(posters);
  for (std::size_t poster = 0; poster < posters; ++poster) {
    for (int i = 0; i < each_posts; ++i) {
      messages[poster].push_back(std::make_unique<noted_message>(traces[poster], i));
    }
  }
  std::vector<std::thread> threads;
  for (auto& own : messages) {
    threads.emplace_back([&mail, &own] {
      for (auto& each : own) mail.post(*each);
    });
  }
  std::size_t arrived = 0;
  while (arrived < std::size_t{posters} * each_posts) {
    if (mail.about_to_sleep()) std::this_thread::yield();
    mail.woke_up();
    mail.deliver();
    arrived = 0;
    for (const auto& trace : traces) arrived += trace.size();
  }
  for (std::thread& each : threads) each.join();
  for (const auto& trace : traces) {
    for (int i = 0; i < each_posts; ++i) EXPECT_EQ(trace[static_cast<std::size_t>(i)], i);
  }
}

TEST(inbox, a_sleeping_loop_misses_no_message) {
  struct flag_sleeper final : inbox::sleeper {
    void wake() noexcept override {
      awake.store(true);
      awake.notify_one();
    }
    std::atomic<bool> awake{false};
  } sleeper;
  inbox mail(sleeper);
  std::vector<int> trace;
  noted_message message(trace, 1);
  std::atomic<int> seen{0};
  constexpr int rounds = 5'000;
  std::thread poster([&] {
    for (int round = 0; round < rounds; ++round) {
      while (seen.load() < round) std::this_thread::yield();
      mail.post(message);
    }
  });
  while (seen.load() < rounds) {
    sleeper.awake.store(false);
    if (mail.about_to_sleep()) sleeper.awake.wait(false);
    mail.woke_up();
    mail.deliver();
    seen.store(static_cast<int>(trace.size()));
  }
  poster.join();
}

TEST(inbox, may_end_when_the_last_message_has_arrived_though_its_poster_has_not_returned) {
  for (int round = 0; round < 500; ++round) {
    counting_sleeper sleeper;
    std::vector<int> trace;
    noted_message message(trace, 1);
    auto mail = std::make_unique<inbox>(sleeper);
    std::thread poster([&mail = *mail, &message] { mail.post(message); });
    while (trace.empty()) mail->deliver();
    mail.reset();
    poster.join();
  }
}

}  // namespace
