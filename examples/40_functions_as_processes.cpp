// functions as processes: with typed messages, with streams, environment and directory, and for one
// call that may crash.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"
#include "pirn/process/call_in_process.hpp"
#include "pirn/process/calling.hpp"
#include "pirn/process/connection.hpp"
#include "pirn/process/process.hpp"

// ---- messages: values of the program's own types go through a pipe, both ways ----

struct order {
  std::string cloth;
  int length_m = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cloth, length_m);
  }
};

// Runs in a process of its own until the other end is closed. A plain thread waits by result().
void weave(pirn::connection customer) {
  try {
    for (;;) {
      auto wanted = customer.recv<order>().result();
      customer.send(wanted.cloth, 3 * wanted.length_m).result();  // two values, one message
    }
  } catch (const pirn::end_of_stream&) {
  }
}

pirn::task<> send_orders() {
  auto [ours, its] = pirn::pipe();
  pirn::process weaver(pirn::calling(weave, std::move(its)));
  const std::vector<order> orders{{"linen", 4}, {"silk", 1}};
  for (const order& each : orders) {
    co_await ours.send(each);
    const auto answer = co_await ours.recv<std::string, int>();
    const auto& [cloth, price] = answer;
    fmt::print("{} m of {}: {}\n", each.length_m, cloth, price);
  }
  ours.close();
  auto status = co_await weaver.wait();
  fmt::print("the weaver: {}\n", status.to_string());
}

// ---- streams: calling() gives a command, like any program ----

// What it returns is the exit status.
int count_lines(std::string what) {
  int count = 0;
  for (std::string line; std::getline(std::cin, line);) ++count;
  std::cout << count << ' ' << what << ", " << std::getenv("LOOM") << ", "
            << std::filesystem::current_path().string() << '\n';
  return count;
}

pirn::task<> count_there() {
  auto what = pirn::calling(count_lines, std::string("lines"));
  what.with_environment("LOOM", "a jacquard").in_directory("/");
  pirn::process counter(what, {.input = pirn::stdio::pipe, .output = pirn::stdio::pipe});
  auto counted = co_await counter.communicate("warp\nweft\n");
  fmt::print("{}{}\n", counted.output, counted.status.to_string());
}

// ---- one call, whose result comes back ----

int parse(std::string text) {
  if (text.empty()) std::abort();  // a bug in somebody's library
  return std::stoi(text);
}

pirn::task<> parse_there(std::string text) {
  try {
    const int value = co_await pirn::call_in_process(parse, text);
    fmt::print("'{}' is {}\n", text, value);
  } catch (const std::invalid_argument& error) {
    fmt::print("'{}': invalid argument: {}\n", text, error.what());
  } catch (const pirn::broken_executor& error) {
    const std::string why = error.what();
    fmt::print("'{}': {}\n", text, why.substr(why.rfind(": ") + 2));
  }
}

pirn::task<> all() {
  co_await send_orders();
  co_await count_there();
  for (std::string text : {"42", "x", ""}) co_await parse_there(text);
}

int main(int argc, char** argv) {
  return pirn::run_main(all, argc, argv);  // in the other processes it calls the functions
}

// Output:
// 4 m of linen: 12
// 1 m of silk: 3
// the weaver: exit status 0
// 2 lines, a jacquard, /
// exit status 2
// '42' is 42
// 'x': invalid argument: stoi
// '': died with SIGABRT
