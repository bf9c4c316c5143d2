// executors: calls that no executor can make. Not built: see tools/compile_errors_test.py.
#include <string>
#include <vector>

#include "pirn/exec/inline_executor.hpp"
#include "pirn/exec/thread_pool.hpp"
#include "pirn/exec/to_thread.hpp"
#include "pirn/exec/virtual_executor.hpp"

int length(std::string text);
int add(int left, int right);
void change(int& number);
pirn::task<int> wait_for(int number);
pirn::job<int> work_on(int number);

struct alignas(64) wide {
  double numbers[8];
};
wide make_wide(int number);
int take_wide(wide taken);

struct throws_at_end {
  throws_at_end();
  throws_at_end(const throws_at_end& other);
  ~throws_at_end() noexcept(false);
  int operator()(int number) const;
};
throws_at_end make_throwing(int number);
int take_throwing(throws_at_end taken);

void arguments_that_do_not_fit(pirn::thread_pool& pool, pirn::inline_executor& here,
                               pirn::virtual_executor& simulated) {
  pool.submit(length, 1);              // error: submit: fn cannot be called with copies of these
  pool.try_submit(add, 1);             // error: submit: fn cannot be called with copies of these
  pool.submit_blocking(length, 1, 2);  // error: submit_blocking: fn cannot be called with copies
  here.submit(length, 1.5);            // error: submit: fn cannot be called with copies of these
  simulated.submit(length, 1U);        // error: submit: fn cannot be called with copies of these

  int number = 1;
  pool.submit(change, number);  // error: submit: fn cannot be called with copies of these
  pool.submit(wait_for, 1);     // error: submit: a task belongs to a loop
}

pirn::task<> arguments_that_do_not_fit_on_a_loop(pirn::thread_pool& pool) {
  co_await pool.run(add, 1, 2, 3);  // error: submit: fn cannot be called with copies of these
  co_await pirn::to_thread(add);    // error: submit: fn cannot be called with copies of these
}

void elements_that_do_not_fit(pirn::thread_pool& pool, std::vector<int> numbers) {
  auto lengths = pool.map(length, numbers);  // error: map: fn cannot be called with copies of the
  auto sums = pool.map({.chunk = 9}, add, numbers);  // error: map: fn cannot be called with copies
  auto changed = pool.map(change, numbers);  // error: map: fn cannot be called with copies of the
  auto tasks = pool.map(wait_for, numbers);  // error: map: a task belongs to a loop
  auto jobs = pool.map(work_on, numbers);    // error: map: a job is not run in a map
}

void what_malloc_does_not_align(pirn::thread_pool& pool, wide captured) {
  pool.submit(make_wide, 1);         // error: a future's value is aligned as malloc aligns
  pool.submit(take_wide, captured);  // error: submit: the function and its arguments are aligned
  pool.submit([captured] {});        // error: submit: the function and its arguments are aligned
}

void destructors_that_throw(pirn::thread_pool& pool, std::vector<int> numbers) {
  pool.submit(throws_at_end(), 1);                // error: submit: a destructor of the function or
  pool.submit(take_throwing, throws_at_end());    // error: submit: a destructor of the function or
  pool.submit(make_throwing, 1);                  // error: the destructor of a future's value may
  auto all = pool.map(throws_at_end(), numbers);  // error: submit: a destructor of the function or
}
