// bounded pool: as many calls wait as one wants, and no more; and what becomes of them at the end.
#include <latch>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

// A kitchen with one cook, and room for two orders besides the one in the pan.
struct kitchen {
  std::latch cooking{1};
  std::latch is_hot{1};
  pirn::thread_pool cooks{{.size = 1, .name = "kitchen", .queue_max = 2}, [] {
                            fmt::print("a cook puts the apron on\n");  // each thread, once
                          }};
};

std::string cook(const std::string& dish, std::latch& begun, std::latch& is_hot) {
  begun.count_down();
  is_hot.wait();
  return dish;
}

// Takes an order if there is room, and says no at once if there is not.
std::optional<pirn::future<std::string>> take_order(kitchen& where, const std::string& dish) {
  auto promised = where.cooks.try_submit([dish] { return dish; });
  fmt::print("{}: {}\n", dish, promised ? "with pleasure" : "we are full, sorry");
  return promised;
}

void dinner_time() {
  kitchen here;
  std::vector<pirn::future<std::string>> orders;
  orders.push_back(here.cooks.submit(cook, "soup", std::ref(here.cooking), std::ref(here.is_hot)));
  here.cooking.wait();
  for (const char* dish : {"stew", "pie", "cake"}) {
    if (auto order = take_order(here, dish)) orders.push_back(std::move(*order));
  }

  // submit() waits for room instead; on a loop, which it would stop, it throws.
  pirn::thread patient(
      [&] { orders.push_back(here.cooks.submit([] { return std::string("tart"); })); });
  here.is_hot.count_down();
  patient.join();
  for (const auto& order : orders) fmt::print("served: {}\n", order.result());
}  // the end of a pool waits for all that was submitted

void closing_time() {
  kitchen here;
  auto soup = here.cooks.submit(cook, "soup", std::ref(here.cooking), std::ref(here.is_hot));
  here.cooking.wait();
  auto stew = here.cooks.submit([] { return std::string("stew"); });

  here.cooks.shutdown({.wait = false, .cancel_pending = true});
  fmt::print("soup: {}\nstew: {}\n", soup, stew);
  try {
    here.cooks.submit([] {});
  } catch (const std::runtime_error& error) {
    fmt::print("{}\n", error.what());
  }
  here.is_hot.count_down();
  here.cooks.shutdown();  // waits for what has begun
  fmt::print("soup: {}\n", soup);
}

int main() {
  dinner_time();
  closing_time();
}

// Output:
// a cook puts the apron on
// stew: with pleasure
// pie: with pleasure
// cake: we are full, sorry
// served: soup
// served: stew
// served: pie
// served: tart
// a cook puts the apron on
// soup: <future running>
// stew: <future cancelled>
// submit: the thread pool 'kitchen' was shut down
// soup: <future finished returned std::string>
