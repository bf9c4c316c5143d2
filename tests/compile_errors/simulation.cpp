// simulation: models that mean something else. Not built: see tools/compile_errors_test.py.
#include "pirn/core/select.hpp"
#include "pirn/simulation/condition.hpp"
#include "pirn/simulation/resource.hpp"
#include "pirn/simulation/store.hpp"

pirn::task<> conditions_of_what_takes(pirn::des::event<>& done, pirn::des::store<int>& shelf,
                                      pirn::des::resource& machine) {
  co_await pirn::des::any_of(done, shelf.get());        // error: a condition is of events, children
  co_await pirn::des::all_of(machine.request(), done);  // error: a condition is of events, children
  co_await pirn::des::any_of(done, pirn::yield_now());  // error: a condition is of events, children
}

pirn::task<> a_condition_in_a_select(pirn::des::event<>& a, pirn::des::event<>& b) {
  co_await pirn::select(pirn::des::all_of(a, b), a.wait());  // error: this wait cannot be taken
}
