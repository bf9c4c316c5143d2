#include "pirn/core/callbacks.hpp"

#include <string>
#include <system_error>

#include "pirn/core/io_wait.hpp"

namespace pirn {

namespace {

// A reader is asked again after each call, so that what it leaves unread calls it again.
task<> call_when_ready(int descriptor, int events, std::move_only_function<void()> fn) {
  for (;;) {
    io_wait<poll_operation> ready("poll");
    ready.request().descriptor = descriptor;
    ready.request().events = events;
    int result = co_await ready;
    if (result < 0) {
      throw std::system_error(-result, std::generic_category(),
                              "poll descriptor " + std::to_string(descriptor));
    }
    co_await check_cancelled();  // it may have been removed since
    fn();
    co_await yield_now();
  }
}

}  // namespace

callbacks::~callbacks() {
  for (auto* among : {&readers_, &writers_}) {
    while (!among->empty()) unwatch(*among, among->begin()->first);
  }
}

void callbacks::watch(watches& among, int descriptor, int events,
                      std::move_only_function<void()> fn) {
  child<> started = group_.start(call_when_ready(descriptor, events, std::move(fn)));
  unwatch(among, descriptor);
  among.emplace(descriptor, std::move(started));
}

bool callbacks::unwatch(watches& among, int descriptor) noexcept {
  auto found = among.find(descriptor);
  if (found == among.end()) return false;
  found->second.cancel();
  among.erase(found);
  return true;
}

void callbacks::add_reader(int descriptor, std::move_only_function<void()> fn) {
  watch(readers_, descriptor, poll_readable, std::move(fn));
}
bool callbacks::remove_reader(int descriptor) noexcept {
  return unwatch(readers_, descriptor);
}
void callbacks::add_writer(int descriptor, std::move_only_function<void()> fn) {
  watch(writers_, descriptor, poll_writable, std::move(fn));
}
bool callbacks::remove_writer(int descriptor) noexcept {
  return unwatch(writers_, descriptor);
}

// While somebody runs for ever, another thread may still post: that counts as work elsewhere.
void callbacks::stop() noexcept {
  if (runners_.empty()) {
    stopped_ = true;
    return;
  }
  loop& home = runners_.front().waiter()->home();
  while (!runners_.empty()) {
    home.outside_work_ended();
    runners_.wake_first();
  }
}

void stop_wait::enqueue() noexcept {
  waiter()->home().outside_work_started();
  list_wait::enqueue();
}

cancel_answer stop_wait::withdraw() noexcept {
  waiter()->home().outside_work_ended();
  return list_wait::withdraw();
}

}  // namespace pirn
