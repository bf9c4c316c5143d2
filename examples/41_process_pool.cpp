// process_pool: processes that are prepared, replaced and killed; memory in common; errors of the
// program's own.
#include <atomic>
#include <chrono>
#include <functional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "pirn/pirn.hpp"
#include "pirn/process/process_pool.hpp"
#include "pirn/process/shared_block.hpp"

using namespace std::chrono_literals;

// ---- prepared: each process calls the initializer before its first call ----

std::string language;
void speak(std::string which) {
  language = std::move(which);
}
std::string greet(std::string name) {
  return (language == "fr" ? "bonjour " : "hello ") + name;
}

// A task awaits a call by any executor, and goes on with what it gives.
pirn::task<> greet_from_a_loop(pirn::process_pool& pool) {
  const std::string greeting = co_await pirn::run_in_executor(pool, greet, std::string("Bob"));
  fmt::print("{}\n", greeting);
}

void greetings() {
  pirn::process_pool pool({.size = 1}, speak, "fr");
  fmt::print("{}\n", pool.submit(greet, "Ada").result());
  pirn::run(greet_from_a_loop, std::ref(pool));
}

// ---- replaced: a library that leaks is given up after some calls ----

int calls_here = 0;
int leak(int) {
  return ++calls_here;
}

void fresh_processes() {
  pirn::process_pool pool({.size = 1, .max_tasks_per_child = 3});
  for (int number : pool.map(leak, std::views::iota(0, 7))) fmt::print("{} ", number);
  fmt::print("\n");
}

// ---- memory in common: a block is passed without a copy, and both sides see what is written ----

void brighten(pirn::shared_block picture, std::size_t first, std::size_t count) {
  for (int& pixel : picture.as<int>().subspan(first, count)) pixel += 100;
}

void one_picture() {
  pirn::process_pool pool(2);
  pirn::shared_block picture(1000 * sizeof(int));
  auto upper = pool.submit(brighten, picture, 0U, 500U);
  auto lower = pool.submit(brighten, picture, 500U, 500U);
  upper.result();
  lower.result();
  long sum = 0;
  for (int pixel : picture.as<int>()) sum += pixel;
  fmt::print("sum of pixels: {}\n", sum);
}

// ---- errors: those of the standard library keep their types, and so do registered ones ----

struct out_of_yarn : std::runtime_error {
  using std::runtime_error::runtime_error;
};
const bool is_registered = pirn::remote::register_exception<out_of_yarn>();

struct torn : std::runtime_error {  // not registered
  using std::runtime_error::runtime_error;
};

void weave(int length_m) {
  if (length_m > 100) throw out_of_yarn("at 100 m");
  throw torn("at the first metre");
}

void errors() {
  pirn::process_pool pool(1);
  for (int length_m : {1000, 1}) {
    try {
      pool.submit(weave, length_m).result();
    } catch (const out_of_yarn& error) {
      fmt::print("out of yarn {}\n", error.what());
    } catch (const pirn::remote::remote_error& error) {
      fmt::print("{}\n", error.what());
    }
  }
}

// ---- killed: nothing else ends a call that runs for ever ----

void run_for_ever(pirn::shared_block sign) {
  std::atomic_ref begun(sign.as<int>()[0]);
  begun = 1;
  for (;;) pirn::this_thread::sleep_for(1h);
}

void kill_it() {
  pirn::process_pool pool(1);
  pirn::shared_block sign(sizeof(int));
  pirn::future<void> endless = pool.submit(run_for_ever, sign);
  while (std::atomic_ref(sign.as<int>()[0]) == 0) pirn::this_thread::sleep_for(1ms);
  fmt::print("{} process runs\n", pool.worker_pids().size());
  pool.kill_workers();
  pirn::wait(std::vector{endless}).result();
  fmt::print("{}\n", endless);
}

int main(int argc, char** argv) {
  pirn::process_main(argc, argv);  // the processes are this program: they stay in here
  greetings();
  fresh_processes();
  one_picture();
  errors();
  kill_it();
}

// Output:
// bonjour Ada
// bonjour Bob
// 1 2 3 1 2 3 1
// sum of pixels: 100000
// out of yarn at 100 m
// torn: at the first metre
// 1 process runs
// <future finished raised pirn::broken_executor>
