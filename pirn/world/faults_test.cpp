// Each fault does what it says, as ordinary programs see it.
#include <set>

#include "pirn/core/within.hpp"
#include "pirn/world/programs_test.hpp"

namespace pirn {

namespace {

/// Sends `count` datagrams to the echo, one every `pause`, and gives what comes back, in order.
task<> ask_by_datagrams(endpoint to, int count, duration pause, std::vector<std::string>* into) {
  net::udp_socket here(endpoint::ipv4({}, 0));
  co_await with_group([&](task_group& group) -> task<> {
    group.spawn([&here, into]() -> task<> {
      std::array<std::byte, 100> room;
      for (;;) {
        net::datagram_info got = co_await here.receive_from(room);
        into->emplace_back(reinterpret_cast<const char*>(room.data()), got.size_bytes);
      }
    });
    for (int i = 0; i < count; ++i) {
      std::string text = std::to_string(i);
      co_await here.send_to(text, to);
      co_await sleep_for(pause);
    }
    co_await sleep_for(10s);
    group.cancel();
  });
}

}  // namespace

// ---- streams ----

TEST(faults, a_partition_stops_a_conversation_and_healing_lets_it_go_on_with_nothing_lost) {
  two_hosts o;
  heard told;
  o.client.run(converse, std::string("server"), 20, duration(100ms), &told);
  o.w.run_for(500ms);
  const std::size_t before = told.count();
  o.w.partition(o.server, o.client);
  o.w.run_for(10s);
  EXPECT_LE(told.count(), before + 1);
  o.w.heal(o.server, o.client);
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(told.answers, numbers(0, 20));
  EXPECT_EQ(told.error, "");
}

TEST(faults, what_a_partition_held_up_is_sent_again_when_tcp_would) {
  two_hosts o;
  heard told;
  o.client.run(converse, std::string("server"), 2, duration(1s), &told);
  o.w.run_for(900ms);
  o.w.partition(o.server, o.client);
  o.w.run_for(10s);
  o.w.heal(o.server,
           o.client);  // the second word was sent at 1.04 s, with 200 ms to the first retry
  EXPECT_TRUE(o.w.run_until_quiet());
  const time_point sent = time_point{} + 1040ms;
  EXPECT_EQ(told.moments.at(1), sent + 12600ms + 20ms) << "the sixth retry";
}

TEST(faults, what_was_stopped_on_its_way_is_not_overtaken_by_what_was_behind_it) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += static_cast<char>('a' + i % 26);
  for (const bool sender_crashes : {false, true}) {
    for (duration cut = 0ms; cut <= 200ms; cut += 10ms) {
      two_hosts o(0, {.latency = 100ms});
      std::string got;
      o.server.restart([&got]() -> task<> {
        co_await net::serve(net::any(7), [&got](net::tcp_stream peer) -> task<> {
          for (;;) {
            lease chunk = co_await peer.read();
            if (chunk.empty()) co_return;
            got += chunk.text();
          }
        });
      });
      o.client.run([&text]() -> task<> {
        net::tcp_stream peer = co_await net::connect("server", 7);
        for (char each : text) {
          co_await peer.write_all(std::string_view(&each, 1));
          co_await sleep_for(1ms);
        }
      });
      o.w.run_for(300ms + cut);
      o.w.partition(o.client, o.server);
      o.w.run_for(20ms);  // some come meanwhile, and some after
      if (sender_crashes) o.client.crash();
      o.w.heal(o.client, o.server);
      EXPECT_TRUE(o.w.run_until_quiet());
      if (sender_crashes) {
        EXPECT_TRUE(text.starts_with(got)) << got;
      } else {
        EXPECT_EQ(got, text);
      }
    }
  }
}

TEST(faults, a_stream_is_given_up_after_a_quarter_of_an_hour) {
  two_hosts o;
  heard told;
  o.client.run(converse, std::string("server"), 20, duration(1s), &told);
  o.w.run_for(1500ms);
  o.w.partition(o.server, o.client);
  o.w.run_for(20min);
  EXPECT_EQ(told.error, "Connection timed out");
  EXPECT_EQ(o.client.sockets(), 0U);
  EXPECT_EQ(o.server.sockets(), 2U) << "who has nothing to say never learns of it";
}

TEST(faults, a_stream_whose_acknowledgements_do_not_come_is_given_up_too) {
  two_hosts o;
  heard told;
  o.client.run(converse, std::string("server"), 20, duration(1s), &told);
  o.w.run_for(1500ms);
  o.w.partition_one_way(o.server, o.client);
  o.w.run_for(20min);
  EXPECT_EQ(told.error, "Connection timed out");
}

TEST(faults, connecting_across_a_partition_is_tried_again_and_times_out) {
  two_hosts o;
  o.w.partition(o.server, o.client);
  heard early;
  o.client.run(converse, std::string("server"), 1, duration(0s), &early);
  o.w.run_for(5s);
  o.w.heal(o.server, o.client);
  o.w.run_for(5s);
  EXPECT_EQ(early.count(), 1U);
  EXPECT_EQ(early.moments.at(0), time_point{} + 7040ms) << "asked at 0, 1, 3 and 7 s";
  o.w.partition(o.server, o.client);
  heard late;
  o.client.run(converse, std::string("server"), 1, duration(0s), &late);
  o.w.run_for(130s);
  EXPECT_EQ(late.error, "Connection timed out");
}

TEST(faults, a_one_way_partition_lets_questions_through_and_no_answers) {
  two_hosts o;
  std::vector<std::string> asked;
  o.server.restart([&asked]() -> task<> {
    co_await net::serve(net::any(7), [&asked](net::tcp_stream peer) -> task<> {
      for (;;) {
        lease chunk = co_await peer.read();
        if (chunk.empty()) co_return;
        asked.emplace_back(chunk.text());
        co_await peer.write_all(chunk);
      }
    });
  });
  heard told;
  o.client.run(converse, std::string("server"), 5, duration(1s), &told);
  o.w.run_for(500ms);
  o.w.partition_one_way(o.server, o.client);
  o.w.run_for(2s);
  EXPECT_EQ(asked, numbers(0, 2));
  EXPECT_EQ(told.answers, numbers(0, 1));
  o.w.heal(o.server, o.client);
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(told.answers, numbers(0, 5));
}

TEST(faults, what_is_clogged_goes_on_at_once_when_it_is_unclogged) {
  two_hosts o;
  heard told;
  o.client.run(converse, std::string("server"), 3, duration(1s), &told);
  o.w.run_for(500ms);
  o.w.clog(o.server, o.client);
  o.w.run_for(4500ms);
  EXPECT_EQ(told.count(), 1U);
  o.w.unclog(o.server, o.client);
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(told.answers, numbers(0, 3));
  EXPECT_EQ(told.moments.at(1), time_point{} + 5020ms);
}

TEST(faults, a_way_that_loses_packets_delays_a_stream_and_takes_nothing_from_it) {
  two_hosts o(3, {.latency = 10ms, .loss = 0.3});
  heard told;
  o.client.run(converse, std::string("server"), 200, duration(0s), &told);
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(told.answers, numbers(0, 200));
  EXPECT_GT(o.w.now(), time_point{} + 200 * 20ms + 20s);
}

TEST(faults, a_way_is_between_two_hosts_and_like_what_can_be) {
  two_hosts o;
  EXPECT_THROW(o.w.partition(o.server, o.server), std::invalid_argument);
  EXPECT_THROW(o.w.heal(o.server, o.server), std::invalid_argument);
  EXPECT_THROW(o.w.clog_one_way(o.server, o.server), std::invalid_argument);
  EXPECT_THROW(o.w.set_way(o.server, o.server, {}), std::invalid_argument);
  EXPECT_THROW(o.w.way(o.server, o.server), std::invalid_argument);
  EXPECT_THROW(o.w.set_way(o.server, o.client, {.latency = -1s}), std::invalid_argument);
  EXPECT_THROW(o.w.set_usual_way({.reordering = 1.5}), std::invalid_argument);
}

TEST(faults, a_way_may_be_changed_while_it_is_used) {
  two_hosts o;
  heard told;
  o.client.run(converse, std::string("server"), 2, duration(1s), &told);
  o.w.run_for(500ms);
  o.w.set_way(o.client, o.server, {.latency = 100ms});
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(told.moments.at(1), time_point{} + 1040ms + 200ms);
  o.w.set_way_one_way(o.client, o.server, {.latency = 1ms});
  heard again;
  o.client.run(converse, std::string("server"), 1, duration(0s), &again);
  const time_point begun = o.w.now();
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(again.moments.at(0), begun + 202ms);
}

// ---- datagrams ----

TEST(faults, datagrams_are_lost_in_a_partition_and_wait_at_a_clog) {
  two_hosts o;
  o.server.run(serve_udp_echo);
  std::vector<std::string> came;
  o.client.run(ask_by_datagrams, o.server.at(7), 30, duration(100ms), &came);
  o.w.run_for(950ms);
  o.w.partition(o.client, o.server);
  o.w.run_for(1s);
  o.w.heal(o.client, o.server);
  EXPECT_EQ(came, numbers(0, 10));
  o.w.run_for(500ms);
  o.w.clog(o.client, o.server);
  o.w.run_for(300ms);
  o.w.unclog(o.client, o.server);
  EXPECT_TRUE(o.w.run_until_quiet());
  std::vector<std::string> expected = numbers(0, 10);
  for (const std::string& each : numbers(20, 30)) expected.push_back(each);
  EXPECT_EQ(came, expected);
}

TEST(faults, a_way_loses_doubles_and_turns_datagrams_around) {
  const auto through = [](const sim::link_options& way) {
    two_hosts o(1, way);
    o.server.run(serve_udp_echo);
    std::vector<std::string> came;
    o.client.run(ask_by_datagrams, o.server.at(7), 400, duration(1ms), &came);
    EXPECT_TRUE(o.w.run_until_quiet());
    return came;
  };
  const auto distinct = [](const std::vector<std::string>& all) {
    return std::set<std::string>(all.begin(), all.end()).size();
  };
  const std::vector<std::string> whole = through({.latency = 10ms});
  EXPECT_EQ(whole, numbers(0, 400));
  const std::vector<std::string> lossy = through({.latency = 10ms, .loss = 0.1});
  EXPECT_EQ(distinct(lossy), lossy.size());
  EXPECT_NEAR(static_cast<double>(lossy.size()), 400 * 0.81, 25);
  const std::vector<std::string> doubled = through({.latency = 10ms, .duplication = 0.1});
  EXPECT_EQ(distinct(doubled), 400U);
  EXPECT_NEAR(static_cast<double>(doubled.size()), 400 * 1.21, 25);
  std::vector<std::string> turned = through({.latency = 10ms, .reordering = 0.1});
  EXPECT_NE(turned, whole);
  EXPECT_EQ(turned.size(), 400U);
  EXPECT_EQ(distinct(turned), 400U);
}

TEST(faults, heal_all_takes_away_what_stands_between_any_two) {
  two_hosts o;
  host& third = o.w.add_host("third", "10.0.0.3");
  o.w.partition(o.server, o.client);
  o.w.clog(o.server, third);
  heard from_client;
  heard from_third;
  o.client.run(converse, std::string("server"), 1, duration(0s), &from_client);
  third.run(converse, std::string("server"), 1, duration(0s), &from_third);
  o.w.run_for(100ms);
  EXPECT_EQ(from_client.count() + from_third.count(), 0U);
  o.w.heal_all();
  EXPECT_TRUE(o.w.run_until_quiet());
  EXPECT_EQ(from_client.count() + from_third.count(), 2U);
}

}  // namespace pirn
