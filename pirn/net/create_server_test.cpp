// create_connection, create_server: a protocol for each connection, in the group that is given.
#include "pirn/net/create_server.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/net/error.hpp"
#include "pirn/net/protocol_test.hpp"
#include "pirn/testing/cancel_everywhere_test.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::net;

class create_server_test : public pirn::testing::each_driver {};
INSTANTIATE_TEST_SUITE_P(drivers, create_server_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

/// Echoes; "fail" and "break" make it throw.
void echo_or_throw(recorder& me, const std::string& call) {
  if (!call.starts_with("data")) return;
  const std::string text = call.substr(5);
  if (text == "fail") throw failure("make up", "it", EIO);
  if (text == "break") throw std::runtime_error("a mistake");
  me.to->write(text);
}

task<std::string> ask(endpoint where, std::string_view text) {
  tcp_stream peer = co_await connect(where);
  co_await peer.write_all(text);
  co_await peer.shut_down_writing();
  std::string answer = co_await read_to_end(peer);
  co_return answer;
}

/// What asking ends with, be it a reset.
task<> ask_in_vain(endpoint where, std::string_view text) {
  try {
    co_await ask(where, text);
  } catch (const std::system_error&) {
  }
}

TEST_P(create_server_test, both_ends_may_be_protocols) {
  on_loop([]() -> task<> {
    std::shared_ptr<recorder> client;
    co_await with_group([&](task_group& group) -> task<> {
      protocol_server server = create_server(group, recording(echo_or_throw), loopback(0));
      EXPECT_TRUE(server.is_serving());
      auto talk = recording([](recorder& me, const std::string& call) {
        if (call == "made") me.to->write("hello");
        if (call.starts_with("data")) me.to->close();
      });
      auto [transport, protocol] = co_await create_connection(group, talk, server.local());
      EXPECT_EQ(transport->peer(), server.local());
      client = protocol;
      co_await transport->wait_closed();
      server.close();
      server.close();
      EXPECT_FALSE(server.is_serving());
    });
    EXPECT_EQ(client->calls, (calls_made{"made", "data hello", "lost"}));
  });
}

TEST_P(create_server_test, a_host_may_be_named) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      protocol_server server = create_server(group, recording(echo_or_throw), loopback(0));
      auto factory = recording();
      const std::uint16_t port = server.local().port();
      auto made = co_await create_connection(group, factory, "127.0.0.1", port);
      made.transport->close();
      server.close();
    });
  });
}

TEST_P(create_server_test, a_unix_socket_serves_as_well) {
  pirn::testing::temporary_directory home;
  const endpoint where = endpoint::unix_socket((home.path() / "server").string());
  on_loop([&]() -> task<> {
    co_await with_group([&](task_group& group) -> task<> {
      protocol_server server = create_server(group, recording(echo_or_throw), where);
      std::string answer = co_await ask(where, "by path");
      EXPECT_EQ(answer, "by path");
      server.close();
    });
  });
}

TEST_P(create_server_test, who_cannot_connect_is_told_and_makes_no_protocol) {
  on_loop([]() -> task<> {
    endpoint nobody;
    {
      listener gone(loopback(0));
      nobody = gone.local();
    }
    int made = 0;
    auto factory = [&] {
      ++made;
      return std::make_unique<recorder>();
    };
    std::string message = co_await message_of<exception_group>([&] {
      return with_group(
          [&](task_group& group) -> task<> { co_await create_connection(group, factory, nobody); });
    });
    EXPECT_NE(message.find("connect " + nobody.to_string() + ": Connection refused"),
              std::string::npos)
        << message;
    EXPECT_EQ(made, 0);
  });
}

TEST_P(create_server_test, a_closed_server_takes_none_and_lets_its_connections_go_on) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      protocol_server server = create_server(group, recording(echo_or_throw), loopback(0));
      tcp_stream early = co_await connect(server.local());
      co_await early.write_all("one");
      std::string first = co_await read_bytes(early, 3);
      server.close();
      co_await sleep_for(2ms);
      std::string refused = co_await message_of([&] { return connect(server.local()); });
      EXPECT_TRUE(refused.ends_with("Connection refused")) << refused;
      co_await early.write_all("two");
      std::string second = co_await read_bytes(early, 3);
      EXPECT_EQ(first + second, "onetwo");
      early.close();
    });
  });
}

TEST_P(create_server_test, a_network_failure_ends_its_own_connection_alone) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      protocol_server server = create_server(group, recording(echo_or_throw), loopback(0));
      co_await ask_in_vain(server.local(), "fail");
      std::string served = co_await ask(server.local(), "next");
      EXPECT_EQ(served, "next");
      server.close();
    });
  });
}

TEST_P(create_server_test, a_mistake_is_the_groups_failure) {
  on_loop([]() -> task<> {
    std::string told = co_await message_of<exception_group>([] {
      return with_group([](task_group& group) -> task<> {
        protocol_server server = create_server(group, recording(echo_or_throw), loopback(0));
        co_await ask_in_vain(server.local(), "break");
        co_await sleep_for(10s);
      });
    });
    EXPECT_NE(told.find("a mistake"), std::string::npos) << told;
  });
}

TEST_P(create_server_test, a_sink_is_told_every_failure_the_factorys_too) {
  on_loop([]() -> task<> {
    std::vector<std::string> told;
    failure_sink sink = [&](const endpoint& peer, const std::exception_ptr& error) {
      EXPECT_EQ(peer.host(), "127.0.0.1");
      told.push_back(told_of(error));
    };
    int made = 0;
    auto factory = [&made] {
      if (++made == 1) throw std::runtime_error("no protocol");
      return std::make_shared<recorder>(echo_or_throw);
    };
    co_await with_group([&](task_group& group) -> task<> {
      protocol_server server =
          create_server(group, factory, listener(loopback(0)), {}, std::move(sink));
      co_await ask_in_vain(server.local(), "none");
      co_await ask_in_vain(server.local(), "break");
      co_await ask_in_vain(server.local(), "fail");
      std::string served = co_await ask(server.local(), "next");
      EXPECT_EQ(served, "next");
      server.close();
    });
    EXPECT_EQ(told, (std::vector<std::string>{"no protocol", "a mistake",
                                              "make up it: Input/output error"}));
  });
}

TEST_P(create_server_test, a_cancelled_group_ends_server_and_connections) {
  on_loop([]() -> task<> {
    std::vector<std::string> ends;
    auto note_end = [&](recorder&, const std::string& call) {
      if (call.starts_with("lost")) ends.push_back(call);
    };
    co_await with_group([&](task_group& group) -> task<> {
      protocol_server server = create_server(group, recording(note_end), loopback(0));
      tcp_stream one = co_await connect(server.local());
      tcp_stream two = co_await connect(server.local());
      co_await sleep_for(5ms);
      group.cancel();
    });
    EXPECT_EQ(ends, (std::vector<std::string>{"lost cancelled", "lost cancelled"}));
  });
}

TEST_P(create_server_test, a_connection_that_was_made_is_handed_out_though_its_caller_is_late) {
  on_loop([]() -> task<> {
    co_await with_group([](task_group& group) -> task<> {
      both_ends ends = co_await connected();
      cancel_scope scope;
      scope.cancel();
      auto factory = recording();
      auto made = co_await within(scope, create_connection(group, factory, std::move(ends.server)));
      EXPECT_TRUE(made.has_value());
      if (made) made->transport->close();
      std::string end = co_await read_to_end(ends.client);
      EXPECT_EQ(end, "");
    });
  });
}

/// What the two ends of a connection were told.
struct both_told {
  std::shared_ptr<recorder> server = std::make_shared<recorder>();
  std::shared_ptr<recorder> client = std::make_shared<recorder>();
};

/// More is sent than waits in sockets, both ways, with a pause; then it is closed.
task<> talk_much(both_told& told) {
  auto body = [&told](task_group& group) -> task<> {
    auto give_server = [&told] { return told.server; };
    protocol_server server = create_server(group, give_server, loopback(0));
    auto give_client = [&told] { return told.client; };
    auto made = co_await create_connection(group, give_client, server.local());
    made.transport->pause_reading();
    made.transport->write(std::string(300'000, 'c'));
    co_await sleep_for(1ms);
    server.close();
    told.server->to->write(std::string(300'000, 's'));
    made.transport->resume_reading();
    made.transport->write_eof();
    co_await made.transport->wait_closed();
  };
  co_await with_group(body);
}

TEST_P(create_server_test, wherever_it_is_cancelled_each_end_is_told_of_its_loss_once_and_last) {
  both_told told;
  auto make = [&told] {
    told = {};
    return talk_much(told);
  };
  auto check = [&told](const pirn::testing::cancelled_run& run) {
    for (const auto& end : {told.server, told.client}) {
      const std::vector<std::string>& calls = end->calls;
      auto is_loss = [](const std::string& call) { return call.starts_with("lost"); };
      if (calls.empty()) continue;  // it came before the connection
      EXPECT_EQ(calls.front(), "made") << run.describe();
      EXPECT_EQ(std::ranges::count_if(calls, is_loss), 1) << run.describe();
      EXPECT_TRUE(is_loss(calls.back())) << run.describe();
    }
    const bool is_refused =
        run.point > 0 && run.error && pirn::testing::is_end_of_a_peer(run.error);
    if (!is_refused) pirn::testing::expect_no_error(run);
  };
  EXPECT_GT(pirn::testing::cancel_each_await(make, check, {.driver = GetParam()}), 10U);
}

}  // namespace
