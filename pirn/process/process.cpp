#include "pirn/process/process.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>
#include <vector>

#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/platform/spawn.hpp"
#include "pirn/process/calling.hpp"
#include "pirn/process/process_state.hpp"

namespace pirn {

using detail::process_state;

namespace {

[[noreturn]] void fail_to_spawn(const command& what, std::error_code why) {
  std::string object = what.program();
  if (!what.directory().empty()) object += " in " + what.directory();
  throw std::system_error(why, "spawn " + object);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

exit_status status_of(const child_end& end) noexcept {
  switch (end.how) {
    case child_end::kind::exited:
      break;
    case child_end::kind::signalled:
      return exit_status::signalled(end.number);
    case child_end::kind::dumped_core:
      return exit_status::signalled(end.number, true);
  }
  return exit_status::exited(end.number);
}

// What leads where in a process to come; keeps the new process's ends open until it has them.
class stream_plan {
 public:
  explicit stream_plan(const command& what) noexcept : what_(what) {}

  /// Returns: our end, when `leads` is a pipe.
  descriptor_stream place(stdio leads, int number, std::string_view name) {
    switch (leads.what()) {
      case stdio::kind::inherit:
        break;
      case stdio::kind::null:
        put(open_null(), number);
        break;
      case stdio::kind::merged:
        if (number != 2) throw std::invalid_argument("stdio::merged is for the errors");
        merged_ = true;
        break;
      case stdio::kind::descriptor:
        placed_.push_back({leads.number(), number});
        break;
      case stdio::kind::pipe: {
        auto ends = make_pipe();
        if (!ends) fail_to_spawn(what_, ends.error());
        bool is_read = number == 0;
        put(std::move(is_read ? ends->reader : ends->writer), number);
        return descriptor_stream(std::move(is_read ? ends->writer : ends->reader),
                                 std::string(name) + " of " + what_.program());
      }
    }
    return {};
  }
  void keep(int descriptor) { placed_.push_back({descriptor, descriptor}); }

  std::span<const spawn_request::placement> placed() const noexcept { return placed_; }
  bool merged() const noexcept { return merged_; }

 private:
  void put(unique_fd theirs, int number) {
    if (!theirs) fail_to_spawn(what_, last_error());
    placed_.push_back({theirs.get(), number});
    theirs_.push_back(std::move(theirs));
  }

  const command& what_;
  std::vector<spawn_request::placement> placed_;
  std::vector<unique_fd> theirs_;
  bool merged_ = false;
};

}  // namespace

bool process_state::try_reap() {
  if (reaped) return true;
  child_end end;
  int taken = reap(pidfd.get(), end);
  if (taken == 0) return false;
  reaped = true;
  if (taken < 0) fail("wait for", -taken);
  status = status_of(end);
  return true;
}

int process_state::signal_all(int number) noexcept {
  if (reaped) return 0;
  int result = own_group ? send_group_signal(pid, number) : send_signal(pidfd.get(), number);
  return result == -ESRCH ? 0 : result;
}

// A program with other rights than ours cannot be killed, and waiting for it might take for ever.
void process_state::end_now() noexcept {
  if (reaped || signal_all(SIGKILL) < 0) return;
  child_end end;
  reaped = true;
  if (reap_blocking(pidfd.get(), end) > 0) status = status_of(end);
}

void process_state::fail(std::string_view operation, int error) const {
  throw std::system_error(errno_code(error), std::string(operation) + " " + name);
}

process::process(const command& what, process_options options)
    : state_(std::make_unique<process_state>()) {
  stream_plan plan(what);
  state_->name = what.to_string();
  state_->own_group = options.own_group;
  state_->input = plan.place(options.input, 0, "input");
  state_->output = plan.place(options.output, 1, "output");
  state_->errors = plan.place(options.errors, 2, "errors");
  for (int descriptor : options.inherited) plan.keep(descriptor);
  std::optional<detail::call_start> call;
  if (what.call() != nullptr) {
    call.emplace(what);
    for (int descriptor : call->inherited()) plan.keep(descriptor);
  }

  std::vector<std::string> words = call ? call->words() : what.words();
  std::vector<std::string> variables = what.environment();
  std::vector<char*> arguments = pointers(words);
  std::vector<char*> environment = pointers(variables);
  auto started = spawn({
      .program = call ? detail::call_start::program : what.program().c_str(),
      .arguments = arguments.data(),
      .environment = environment.data(),
      .directory = what.directory().empty() ? nullptr : what.directory().c_str(),
      .descriptors = plan.placed(),
      .errors_to_output = plan.merged(),
      .own_group = options.own_group,
  });
  if (!started) fail_to_spawn(what, started.error());
  state_->pid = started->pid;
  state_->pidfd = std::move(started->pidfd);
}

process::process(process&& other) noexcept = default;

process& process::operator=(process&& other) noexcept {
  if (this == &other) return *this;
  if (state_) state_->end_now();
  state_ = std::move(other.state_);
  return *this;
}

process::~process() {
  if (state_) state_->end_now();
}

int process::pid() const noexcept {
  return state_->pid;
}
const std::string& process::name() const noexcept {
  return state_->name;
}
descriptor_stream& process::input() noexcept {
  return state_->input;
}
descriptor_stream& process::output() noexcept {
  return state_->output;
}
descriptor_stream& process::errors() noexcept {
  return state_->errors;
}

std::optional<exit_status> process::poll() {
  if (!state_->try_reap()) return std::nullopt;
  return state_->status;
}

void process::signal(int number) {
  if (state_->reaped) return;
  int result = send_signal(state_->pidfd.get(), number);
  if (result < 0 && result != -ESRCH) state_->fail("signal", -result);
}
void process::terminate() {
  if (int result = state_->signal_all(SIGTERM)) state_->fail("terminate", -result);
}
void process::kill() {
  if (int result = state_->signal_all(SIGKILL)) state_->fail("kill", -result);
}

namespace detail {

exit_status exit_work::result() const noexcept {
  return of_->status;
}
bool exit_work::step() {
  return of_->try_reap();
}
descriptor_event exit_work::awaited() const {
  return {of_->pidfd.get(), poll_readable};
}

}  // namespace detail

}  // namespace pirn
