// processes: calls that cannot go to another process. Not built: see tools/compile_errors_test.py.
#include <string>
#include <vector>

#include "pirn/process/call_in_process.hpp"
#include "pirn/process/calling.hpp"
#include "pirn/process/parallel.hpp"
#include "pirn/process/process_pool.hpp"

struct not_known {
  std::vector<int> content;
};
int take(not_known taken);
not_known make(int number);
int take_all(std::vector<not_known> taken);
int length(std::string text);
void prepare(int number);

void captures(pirn::process_pool& pool, std::vector<int> numbers, int captured) {
  auto add = [captured](int number) { return number + captured; };
  pool.submit(add, 1);                    // error: this callable cannot travel: captures do not
  auto results = pool.map(add, numbers);  // error: this callable cannot travel: captures do not
  auto parallel = pirn::parallel([captured](int number) { return number + captured; });
  parallel(1);  // error: this callable cannot travel: captures do not
  pirn::calling([captured] { return captured; });  // error: this callable cannot travel
}

pirn::task<> captures_on_a_loop(int captured) {
  auto get = [captured] { return captured; };
  co_await pirn::call_in_process(get);  // error: this callable cannot travel: captures do not
}

void values(pirn::process_pool& pool, std::vector<not_known> elements, std::vector<int> numbers) {
  pool.submit(take, not_known());         // error: an argument cannot travel
  pool.submit(take_all, elements);        // error: an argument cannot travel
  pool.submit(make, 1);                   // error: the result cannot travel
  auto taken = pool.map(take, elements);  // error: an argument cannot travel
  auto made = pool.map(make, numbers);    // error: the result cannot travel
}

void arguments_that_do_not_fit(pirn::process_pool& pool, std::vector<int> numbers) {
  pool.submit(length, 1);                    // error: the callable does not take these arguments
  pool.submit<&length>(1);                   // error: the callable does not take these arguments
  auto lengths = pool.map(length, numbers);  // error: map: fn cannot be called with copies of
  pirn::process_pool prepared({}, prepare, "one");  // error: the callable does not take these
}
