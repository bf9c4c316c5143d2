// promise: a library that calls back gives futures; wait() waits for the first of several.
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"

// A library of callbacks: it is asked, and calls back later, from whichever thread brings the
// answer.
class market {
 public:
  using callback = std::move_only_function<void(int price, const char* problem)>;

  void ask(const std::string& merchant, callback on_answer) {
    asked_[merchant] = std::move(on_answer);
  }
  void answer(const std::string& merchant, int price) { asked_.at(merchant)(price, nullptr); }
  void refuse(const std::string& merchant, const char* why) { asked_.at(merchant)(0, why); }
  void close() { asked_.clear(); }

 private:
  std::map<std::string, callback> asked_;
};

pirn::future<int> price_of(market& where, const std::string& merchant) {
  pirn::promise<int> promised;
  pirn::future<int> price = promised.get_future();
  where.ask(merchant,
            [promised = std::move(promised), merchant](int answer, const char* problem) mutable {
              if (!promised.begin()) {
                fmt::print("nobody wants the price of {} any more\n", merchant);
              } else if (problem != nullptr) {
                promised.set_exception(std::make_exception_ptr(std::runtime_error(problem)));
              } else {
                promised.set_value(answer);
              }
            });
  return price;
}

void show(const std::vector<pirn::future<int>>& prices) {
  for (const auto& price : prices) fmt::print("  {}\n", price);
}

int main() {
  market square;
  std::vector<pirn::future<int>> prices;
  for (const char* merchant : {"Ada", "Bob", "Cyd", "Dan"}) {
    prices.push_back(price_of(square, merchant));
  }

  // A thread waits by result(), a task by co_await. Nothing is cancelled when wait() returns.
  pirn::thread rider([&] { square.answer("Cyd", 17); });
  auto [done, not_done] =
      pirn::wait(prices, {.until = pirn::return_when::first_completed}).result();
  rider.join();
  fmt::print("the first price is {}, {} are not there\n", done.front().result(), not_done.size());

  prices[0].cancel();
  square.answer("Ada", 12);
  square.refuse("Bob", "sold out");
  pirn::run([&]() -> pirn::task<> {
    auto failed = co_await pirn::wait(prices, {.until = pirn::return_when::first_exception});
    fmt::print("when the first has failed, {} have ended:\n", failed.done.size());
    show(prices);
  });

  square.close();  // Dan's promise is destroyed, and was not kept
  pirn::wait(prices).result();
  fmt::print("at the end:\n");
  show(prices);
  try {
    prices[3].result();
  } catch (const pirn::broken_executor& error) {
    fmt::print("{}\n", error.what());
  }
}

// Output:
// the first price is 17, 3 are not there
// nobody wants the price of Ada any more
// when the first has failed, 3 have ended:
//   <future cancelled>
//   <future finished raised std::runtime_error>
//   <future finished returned int>
//   <future pending>
// at the end:
//   <future cancelled>
//   <future finished raised std::runtime_error>
//   <future finished returned int>
//   <future finished raised pirn::broken_executor>
// the promise of this future's result was not kept
