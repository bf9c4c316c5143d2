#include "pirn/core/loop.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "pirn/base/assert.hpp"
#include "pirn/core/frame.hpp"
#include "pirn/core/frame_pool.hpp"
#include "pirn/core/ready_order.hpp"

namespace pirn {

constinit thread_local loop* loop::current_loop = nullptr;

loop::loop(pirn::driver& outside, loop_options options)
    : careful_(options.shuffle_seed || options.record_decisions || options.debug),
      is_virtual_(outside.is_virtual()),
      scale_(options.tick),
      now_(outside.now()),
      driver_(outside),
      inbox_(outside),
      door_(new detail::loop_door(*this, outside.is_virtual())),
      options_(options),
      shuffler_(options.shuffle_seed.value_or(0)) {
  PIRN_ASSERT(!options.shuffle_seed || outside.is_virtual(),
              "only a simulation may shuffle the ready list");
  PIRN_ASSERT(scale_.is_nanosecond() || outside.is_virtual(), "a kernel counts nanoseconds");
  driver_.attach(inbox_);
}

// What is left is told, so that it can be found.
loop::~loop() {
  if (!root_.children().empty()) {
    const std::string text = "a loop ends after its tasks; there are left:\n" + dump_tasks();
    detail::assertion_failed("no task left", text.c_str());
  }
  while (values_ != nullptr) values_ = std::move(values_->next);
  PIRN_ASSERT(timers_.empty(), "a loop ends after the timers that were armed on it");
  PIRN_ASSERT(foreground_ == 0, "a loop ends after the requests that it awaited");
  PIRN_ASSERT(outside_work_ == 0, "a loop ends after the completions that were made on it");
  door_->drop();
}

time_point loop::from_now_in_ticks(duration length) const {
  if (length == forever) return never;
  if (scale_.is_nanosecond()) return from_now_by(length.count());
  return from_now_by(scale_.ticks_in(length));
}

time_point loop::from_now_by(std::int64_t ticks) const {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(now_.time_since_epoch().count(), ticks, &sum)) {
    return time_point(duration(sum));
  }
  if (ticks < 0) return time_point::min();
  if (!options_.checks_clock_end) return never;
  throw std::overflow_error("a moment is past the end of the clock: 2^63 ticks of a " +
                            std::string(name_of(options_.tick)));
}

namespace {

std::string line_of(std::source_location where) {
  return std::string(where.file_name()) + ":" + std::to_string(where.line());
}

// From the frame pool: made on one thread and freed on another, which malloc does dearly.
class posted_call final : public inbox_message, public detail::pooled_frame {
 public:
  explicit posted_call(std::move_only_function<void()> fn) : fn_(std::move(fn)) {}

 private:
  void arrived() noexcept override {
    std::unique_ptr<posted_call> self(this);
    if (!loop::current().is_closing()) fn_();
  }
  void dropped() noexcept override { delete this; }
  std::move_only_function<void()> fn_;
};

}  // namespace

void loop::post(std::move_only_function<void()> fn) {
  inbox_.post(*std::make_unique<posted_call>(std::move(fn)).release());
}

detail::loop_value* loop::find_value(const void* variable) const noexcept {
  detail::loop_value* each = values_.get();
  while (each != nullptr && each->variable != variable) each = each->next.get();
  return each;
}

void loop::keep_value(std::unique_ptr<detail::loop_value> made) noexcept {
  made->next = std::move(values_);
  values_ = std::move(made);
}

bool loop::can_be_woken() const noexcept {
  if (!timers_.empty()) return true;
  // Another thread cannot act at a moment of virtual time; calls made inline leave mail.
  const bool by_threads = !is_virtual_ && (outside_work_ != 0 || door_->is_known());
  return by_threads || driver_.may_complete(foreground_);
}

// A simulation does not sleep, so nobody has to wake it.
[[gnu::always_inline]] inline void loop::jump(time_point until) {
  turns_ = resumes_ = 0;
  now_ = driver_.poll(until);
  timers_.fire_due(now_);
  if (inbox_.has_mail()) inbox_.deliver();
}

// Nothing is ready.
// Returns: false when nothing can ever be.
[[gnu::always_inline]] inline bool loop::wait_for_news() {
  const bool has_mail = inbox_.has_mail();
  if (!has_mail && !can_be_woken()) return false;
  is_virtual_ ? jump(has_mail ? time_point::min() : first_timer()) : poll(!has_mail);
  return true;
}

template <class Done>
bool loop::run_until(Done done) {
  loop_entry entered(*this);
  while (!done()) {
    if (!has_ready()) {
      if (!wait_for_news()) return false;
      continue;
    }
    careful_ ? careful_turn() : turn();
    // Virtual time brings no news while tasks run, and moves only when they do not.
    if (is_virtual_ && !has_ready()) continue;
    if (++turns_ < turns_between_polls && resumes_ < resumes_between_polls && !inbox_.has_mail() &&
        !driver_.has_news()) {
      continue;
    }
    poll(false);
  }
  return true;
}

bool loop::run_until_ended(const task_record& task) {
  return run_until([&] { return task.has_ended(); });
}

bool loop::run_until_set(const bool& flag) {
  return run_until([&] { return flag; });
}

// Whoever sends work here holds the door, so one that nobody holds has let nobody in.
void loop::see_visitors_off() {
  door_->close();
  if (!door_->is_known()) return;
  loop_entry entered(*this);
  closing_ = true;
  if (inbox_.has_mail()) inbox_.deliver();
  if (visits_ != 0) root_.cancel();
  const bool all_left = run_until([this] { return visits_ == 0; });
  PIRN_ASSERT(all_left, "a task of another loop does not end even when cancelled");
  closing_ = false;
}

// A poll first: what is ready may have become so at a later moment than the last poll's.
void loop::run_ready() {
  loop_entry entered(*this);
  poll(false);
  while (has_ready()) {
    while (has_ready()) careful_ ? careful_turn() : turn();
    poll(false);
  }
}

// What becomes ready while the turn runs goes to a new list; only the urgent lane is looked at
// again.
void loop::turn() noexcept {
  ready_node* batch = ready_.take_all();
  unsigned count = 0;
  while (true) {
    while (!urgent_.empty()) [[unlikely]] {
      resume(urgent_.pop());
      ++count;
    }
    if (batch == nullptr) break;
    ready_node& node = *batch;
    batch = node.next_ready_;  // read before: the node may be ready again, or gone, afterwards
    resume(node);
    ++count;
  }
  resumes_ += count;
  current_ = nullptr;
}

void loop::resume(ready_node& node) noexcept {
  auto& task = static_cast<task_record&>(node);  // nothing else is ever made ready
  current_ = &task;
  task.budget_ = task_record::budget_per_resume;
  task.resume_point_.resume();
}

namespace {

// One of those that are ready, in a list of its own; the others stay as they are.
ready_node* take_chosen(ready_list& ready, ready_order& order) {
  if (ready.empty()) return nullptr;
  std::vector<ready_node*> nodes;
  std::vector<std::uint64_t> ids;
  while (!ready.empty()) {
    nodes.push_back(&ready.pop());
    ids.push_back(static_cast<task_record*>(nodes.back())->id());
  }
  const std::size_t chosen = order.choose(ids);
  ready_list alone;
  for (std::size_t i = 0; i < nodes.size(); ++i) (i == chosen ? alone : ready).push(*nodes[i]);
  return alone.take_all();
}

}  // namespace

// The turn of a loop that shuffles, records or measures. With an order of its own it is over after
// one task.
void loop::careful_turn() {
  ready_order* order = options_.shuffle_seed ? order_of_ready.of(*this).get() : nullptr;
  if (options_.shuffle_seed && order == nullptr) shuffle_ready();
  ready_node* batch = order != nullptr ? take_chosen(ready_, *order) : ready_.take_all();
  while (!urgent_.empty() || batch != nullptr) {
    ready_node& node = urgent_.empty() ? *batch : urgent_.pop();
    if (&node == batch) batch = node.next_ready_;
    auto& task = static_cast<task_record&>(node);
    const std::uint64_t id = task.id();
    if (options_.record_decisions) {
      decisions_.add(id);
      decisions_.add(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
    }
    ++resumes_;
    if (options_.debug) {
      resume_measured(task);
    } else {
      resume(task);
    }
    current_ = nullptr;
    if (options_.record_decisions && on_resumed) on_resumed(id);
  }
}

// The name and the line are taken before: the task may be gone afterwards.
void loop::resume_measured(task_record& task) {
  std::string name = task.name();
  std::source_location from = task.where();
  const auto start = std::chrono::steady_clock::now();
  resume(task);
  current_ = nullptr;
  const duration held = std::chrono::steady_clock::now() - start;
  if (held < options_.slow_limit || !on_warning) return;
  const auto held_ms = std::chrono::duration_cast<std::chrono::milliseconds>(held).count();
  on_warning("task " + name + " held the loop for " + std::to_string(held_ms) + " ms after " +
             line_of(from));
}

void loop::report_never_awaited(const frame_base& frame) const noexcept {
  if (!options_.debug || !on_warning) return;
  on_warning("task " + frame.function_name() + " was never awaited; its function is at " +
             line_of(frame.where()));
}

void loop::shuffle_ready() {
  std::vector<ready_node*> order;
  while (!ready_.empty()) order.push_back(&ready_.pop());
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[shuffler_.below(left)]);
  }
  for (ready_node* each : order) ready_.push(*each);
}

void loop::poll(bool may_block) {
  if (is_virtual_) return jump(may_block ? first_timer() : time_point::min());
  turns_ = resumes_ = 0;
  const bool sleeps = may_block && inbox_.about_to_sleep();
  now_ = driver_.poll(sleeps ? first_timer() : time_point::min());
  if (sleeps) inbox_.woke_up();
  catch_up();
  timers_.fire_due(now_);
  if (inbox_.has_mail()) inbox_.deliver();
}

// A deadline does not overtake what came before it: after a standstill one poll may not bring it
// all. Bounded, for new things may come for ever.
void loop::catch_up() {
  if (timers_.empty() || timers_.earliest() > now_) return;
  constexpr int polls_before_deadlines = 512;
  for (int i = 1; i < polls_before_deadlines && driver_.has_news(); ++i) {
    driver_.poll(time_point::min());
  }
}

}  // namespace pirn
