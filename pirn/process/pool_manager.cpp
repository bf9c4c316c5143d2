// The pool's own thread: results, ends and starts of processes.
#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <system_error>

#include <sys/epoll.h>
#include <unistd.h>

#include "pirn/base/assert.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/process/exit_status.hpp"
#include "pirn/process/pool_core.hpp"
#include "pirn/process/pool_entry.hpp"

namespace pirn::detail {

namespace {

// What an event of the set is about: a worker's socket, its end, or the door.
constexpr std::uint64_t socket_of(unsigned index) {
  return std::uint64_t{index} * 2;
}
constexpr std::uint64_t end_of(unsigned index) {
  return std::uint64_t{index} * 2 + 1;
}
constexpr std::uint64_t door = ~std::uint64_t{0};

void add_to(const unique_fd& set, int descriptor, std::uint64_t what) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = what}};
  if (::epoll_ctl(set.get(), EPOLL_CTL_ADD, descriptor, &event) == 0) return;
  throw std::system_error(last_error(), "wait for a process");
}

std::exception_ptr no_room(const char* operation) {
  return std::make_exception_ptr(std::system_error(errno_code(EMFILE), operation));
}

std::string in_words(const child_end& end) {
  if (end.how == child_end::kind::exited) return exit_status::exited(end.number).to_string();
  return exit_status::signalled(end.number).to_string();
}

}  // namespace

void pool_core::listen_at_door() {
  add_to(news_, knocked_.get(), door);
}

void pool_core::manage() noexcept {
  std::vector<news> all;
  for (;;) {
    endings over;
    {
      std::scoped_lock lock(mutex_);
      for (news& each : all) take_in(each, over);
      fill_all(over);
    }
    tell(over);
    all.clear();
    start_wanted();
    {
      std::scoped_lock lock(mutex_);
      if (is_over()) break;
    }
    wait_for_news(all);
  }
  end_all();
}

void pool_core::wait_for_news(std::vector<news>& all) {
  std::array<epoll_event, 64> events;  // NOLINT: filled by the kernel
  int count = 0;
  do {
    count = ::epoll_wait(news_.get(), events.data(), events.size(), -1);
  } while (count < 0 && errno == EINTR);
  PIRN_ASSERT(count >= 0, "epoll_wait(2) fails only when it is called wrongly");
  for (const epoll_event& event : std::span(events).first(static_cast<std::size_t>(count))) {
    if (event.data.u64 == door) {
      std::uint64_t knocks = 0;
      [[maybe_unused]] ssize_t ignored = ::read(knocked_.get(), &knocks, sizeof knocks);
      continue;
    }
    const auto index = static_cast<unsigned>(event.data.u64 / 2);
    auto found = std::ranges::find(all, index, &news::index);
    if (found == all.end()) found = all.insert(all.end(), news{.index = index, .frames = {}});
    // Only this thread makes and ends workers, so it may look at one without the lock.
    pool_worker& worker = *workers_[index];
    if (event.data.u64 == end_of(index)) found->has_ended = true;
    read_from(worker, *found);
  }
}

// Frames point into the stream, which is read once a round; what a dead process has sent is read to
// its end in the rounds before it is buried. What another thread reads is left to that one.
void pool_core::read_from(pool_worker& worker, news& found) {
  if (!found.reading) found.reading = reading_lock(worker.reading, std::try_to_lock);
  if (!found.reading || !found.frames.empty() ||
      receive(worker, found.frames) == frame_stream::received::bytes) {
    found.has_ended = false;
  }
}

// For who has the right to read. What comes no more, comes to an end.
frame_stream::received pool_core::receive(pool_worker& worker, std::vector<frame>& frames) {
  if (worker.has_hung_up) return frame_stream::received::end;
  try {
    frames.reserve(call_slots::count + 1);  // its results, and a greeting: what has come stays
    const frame_stream::received came = worker.stream().receive();
    switch (came) {
      case frame_stream::received::bytes:
        while (auto message = worker.stream().next()) frames.push_back(std::move(*message));
        return came;
      case frame_stream::received::nothing:
        return came;
      case frame_stream::received::end:
        break;
    }
  } catch (const std::bad_alloc&) {
    return frame_stream::received::nothing;  // nothing was read: another look will find it
  } catch (const std::exception&) {  // what it says cannot be understood: it is of no use any more
  }
  std::scoped_lock lock(mutex_);
  worker.has_hung_up = true;
  ::epoll_ctl(news_.get(), EPOLL_CTL_DEL, worker.stream().descriptor(), nullptr);
  if (!worker.is_leaving()) worker.kill();
  return frame_stream::received::end;
}

void pool_core::take_in(news& found, endings& over) {
  take_frames(*workers_[found.index], found.frames, over);
  if (!found.has_ended) return;
  found.reading = {};
  bury(found.index, over);
}

void pool_core::take_frames(pool_worker& worker, std::vector<frame>& frames, endings& over) {
  take_results(worker, frames, over);
  if (worker.wants_room) send(worker);
  if (worker.is_leaving() && worker.calls() == 0 && !worker.has_hung_up) {
    worker.stream().end_sending();  // it leaves when it sees the end
  }
}

void pool_core::take_results(pool_worker& worker, std::vector<frame>& frames, endings& over) {
  over.results.reserve(over.results.size() + frames.size());  // what has come must not be lost
  over.failures.reserve(over.failures.size() + frames.size());
  std::size_t results = 0;
  for (frame& each : frames) {
    if (each.kind == frame_kind::ready) {
      worker.has_greeted = true;
      worker.last_news = clock::now();
      failed_starts_ = 0;
      if (each.content.empty()) continue;
      outcome<void> started = remote::decode_result<void>(each.content, &each.beside);
      if (!started.has_error() || !broken_.empty()) continue;
      break_pool("the initializer of process pool '" + plan_.name +
                     "' failed: " + describe_exception(started.error()),
                 over);
    } else if (pool_call* call = worker.finished(each.number)) {
      ++results;
      if (each.is_lost) {
        over.failures.push_back({call, no_room("receive the descriptors of a result")});
      } else {
        over.results.push_back({call, std::move(each)});
      }
    }
  }
  if (results == 0) return;
  const clock::time_point now = clock::now();
  const clock::duration each = (now - worker.last_news) / static_cast<clock::rep>(results);
  worker.last_news = now;
  // Of a busy machine one hears longer times, never shorter ones: so what is short is believed at
  // once, and what is long when it comes again. Zero means that nothing is known.
  call_time_ = call_time_ == clock::duration::zero() ? each : std::min(each, 2 * call_time_);
  call_time_ = std::max(call_time_, clock::duration(1));
}

void pool_core::bury(unsigned index, endings& over) {
  constexpr unsigned failed_starts_max = 20;
  pool_worker& worker = *workers_[index];
  child_end end;
  const bool is_known = reap(worker.pidfd(), end) == 1;
  const std::string who =
      "process " + std::to_string(worker.pid()) + " of process pool '" + plan_.name + "'";
  std::string how = is_known ? in_words(end) : "ended; someone else has taken its status";
  if (worker.could_not_send()) {
    how = "killed, for nothing could be sent to it: " + errno_code(worker.send_error).message();
  }

  if (is_known && end.how == child_end::kind::exited && end.number == lost_descriptors_status) {
    if (pool_call* lost = worker.take_lost()) {
      over.failures.push_back({lost, no_room("pass the descriptors of a call")});
    }
  }
  std::vector<pool_call*> begun;
  pending_count_ += worker.take_all(begun, pending_);
  for (pool_call* each : begun) {
    over.failures.push_back(
        {each, std::make_exception_ptr(broken_executor(who + " in this call: " + how))});
  }
  if (!worker.has_greeted && ++failed_starts_ == failed_starts_max && !killed_) {
    break_pool(who + " and those before it did not even start: " + how, over);
  }
  // By name: a process that another thread is just starting may hold copies of the descriptors, and
  // then closing them does not take them out.
  ::epoll_ctl(news_.get(), EPOLL_CTL_DEL, worker.stream().descriptor(), nullptr);
  ::epoll_ctl(news_.get(), EPOLL_CTL_DEL, worker.pidfd(), nullptr);
  workers_[index].reset();
  --alive_;
  if (killed_) give_up_pending(over);
  if (!broken_.empty()) break_pool(broken_, over);
  if (pending_count_ > wanted_) want_worker();  // those that live may be busy for long
}

void pool_core::start_wanted() {
  for (;;) {
    unsigned index = 0;
    {
      std::scoped_lock lock(mutex_);
      if (pending_count_ == 0) wanted_ = 0;  // others have done it
      if (wanted_ == 0) return;
      starting_ = true;
      index = static_cast<unsigned>(
          std::ranges::find_if(workers_, [](const auto& worker) { return !worker; }) -
          workers_.begin());
    }
    std::unique_ptr<pool_worker> made;
    std::string failure;
    endings over;
    try {
      made = start_worker(index, over);
    } catch (const std::exception& error) {
      failure = error.what();
    }
    {
      std::scoped_lock lock(mutex_);
      starting_ = false;
      if (made) {
        employ(index, std::move(made), over);
      } else {  // those that run go on
        wanted_ = 0;
        if (alive_ == 0) break_pool("process pool '" + plan_.name + "': " + failure, over);
      }
    }
    started_.notify_all();
    tell(over);
  }
}

void pool_core::employ(unsigned index, std::unique_ptr<pool_worker> made, endings& over) {
  pool_worker& worker = *made;
  workers_[index] = std::move(made);
  ++alive_;
  if (wanted_ != 0) --wanted_;
  if (killed_ || worker.send_error != 0) worker.kill();
  if (worker.wants_room) listen(index, worker);
  fill_all(over);
}

// Its first call is sent before it is there. So it finds what to do at once, and need not wait for
// this thread, which waits for it: the kernel holds it until the process has loaded the program.
std::unique_ptr<pool_worker> pool_core::start_worker(unsigned index, endings& over) {
  auto sockets = make_socket_pair();
  if (!sockets) throw std::system_error(sockets.error(), "make a socket pair");
  if (int error = set_nonblocking(sockets->left.get()); error != 0) {
    throw std::system_error(errno_code(-error), "make a socket not block");
  }
  auto mine = slots_.bytes().subspan(index * call_slots::size_bytes, call_slots::size_bytes);
  auto worker = std::make_unique<pool_worker>(frame_stream(std::move(sockets->left)),
                                              call_slots(mine), plan_.calls_max);
  worker->stream().queue(frame_kind::initialize, 0, plan_.initializer.message,
                         plan_.initializer.beside.descriptors());
  {
    std::scoped_lock lock(mutex_);
    fill(*worker, 1, over);
    send(*worker);
  }
  try {
    worker->started(start_process(index, sockets->right.get()));
    watch(index, *worker);
  } catch (...) {
    abandon(*worker, over);
    throw;
  }
  return worker;
}

// The call that it was sent goes back to the queue, or fails if it has been begun.
void pool_core::abandon(pool_worker& worker, endings& over) {
  worker.kill();
  child_end end;
  if (worker.pid() != 0) reap_blocking(worker.pidfd(), end);
  std::vector<pool_call*> begun;
  std::scoped_lock lock(mutex_);
  pending_count_ += worker.take_all(begun, pending_);
  for (pool_call* each : begun) over.failures.push_back({each, std::current_exception()});
}

spawned_process pool_core::start_process(unsigned index, int socket) {
  unique_fd null = open_null();
  if (!null) throw std::system_error(last_error(), "open the null device");

  std::array words{plan_.name,
                   std::string(process_marker),
                   std::string(pool_role.name()),
                   std::to_string(index),
                   std::to_string(::getpid()),
                   plan_.name};
  std::array<char*, words.size() + 1> arguments{};
  std::ranges::transform(words, arguments.begin(), [](std::string& word) { return word.data(); });
  const std::array<spawn_request::placement, 3> placed{{
      {.from = null.get(), .to = 0},  // the input is the program's alone
      {.from = socket, .to = pool_socket},
      {.from = slots_.descriptor(), .to = pool_slots},
  }};
  auto process = spawn({.program = "/proc/self/exe",
                        .arguments = arguments.data(),
                        .environment = ::environ,
                        .descriptors = placed});
  if (!process) throw std::system_error(process.error(), "start a process");
  return std::move(*process);
}

void pool_core::watch(unsigned index, pool_worker& worker) {
  add_to(news_, worker.stream().descriptor(), socket_of(index));
  add_to(news_, worker.pidfd(), end_of(index));
}

void pool_core::listen(unsigned index, pool_worker& worker) noexcept {
  epoll_event event{.events = 0, .data = {.u64 = socket_of(index)}};
  if (!worker.is_fetched_from) event.events |= EPOLLIN;
  if (worker.wants_room) event.events |= EPOLLOUT;
  const int socket = worker.stream().descriptor();
  const int result = ::epoll_ctl(news_.get(), EPOLL_CTL_MOD, socket, &event);
  PIRN_ASSERT(result == 0, "what is in an epoll set can be changed there");
}

// All calls are over. A process that waits for more leaves at the end of its socket; one that has
// not even begun to is not waited for.
void pool_core::end_all() {
  for (const auto& worker : workers_) {  // a fetch that told the last result is about to end
    while (worker && !worker->reading.try_lock()) std::this_thread::yield();
  }
  {
    std::scoped_lock lock(mutex_);  // for dismiss()
    for (const auto& worker : workers_) {
      if (!worker) continue;
      if (!worker->has_greeted) worker->kill();
      worker->stream().close();
    }
  }
  child_end end;
  for (const auto& worker : workers_) {
    if (worker) reap_blocking(worker->pidfd(), end);
  }
  std::scoped_lock lock(mutex_);
  for (auto& worker : workers_) worker.reset();
  alive_ = 0;
}

void pool_core::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] ssize_t ignored = ::write(knocked_.get(), &one, sizeof one);
}

}  // namespace pirn::detail
