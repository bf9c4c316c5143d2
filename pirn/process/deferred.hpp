// deferred: work that a task awaits, or that a plain thread waits for.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/base/time.hpp"
#include "pirn/core/task.hpp"

namespace pirn {

namespace detail {

/// What is to be ready before the next step.
struct descriptor_event {
  int descriptor;
  int events;  ///< poll_event bits
};

/// Work in steps that never block; between them a descriptor is waited for.
class step_work {
 public:
  step_work(step_work&&) = default;
  /// Does what can be done now.
  /// Returns: whether everything is done.
  virtual bool step() = 0;
  /// What to wait for after a step that returned false.
  virtual descriptor_event awaited() const = 0;
  /// What it does: a literal, such as "wait for a process".
  virtual std::string_view verb() const noexcept = 0;
  /// Asked when the work has failed or is given up.
  /// Returns: what is to be done to leave nothing behind, or null.
  virtual step_work* undo() noexcept { return nullptr; }

 protected:
  step_work() = default;
  ~step_work() = default;
};

/// Blocks this thread until the work is done.
/// Throws: timeout_error; std::logic_error on a loop's thread.
void carry_out_here(step_work& work, std::optional<duration> limit);
/// Waits on the loop until the work is done.
task<> carry_out_on_loop(step_work& work);

/// Owns the work while a task awaits it.
template <class Work>
auto carry_out(Work work) -> task<decltype(work.result())> {
  co_await carry_out_on_loop(work);
  if constexpr (!std::is_void_v<decltype(work.result())>) co_return work.result();
}

}  // namespace detail

/// Work that has not begun: `co_await` it on a loop, or wait for it by result() on a plain thread.
/// It is one use of one object, and both forms do the same.
///
/// Throws: std::system_error on a loop whose time is virtual: descriptors and processes are not
///         part of a simulated world.
template <class Work>
class [[nodiscard("nothing happens until it is awaited, or asked for its result()")]] deferred {
 public:
  using value_type = decltype(std::declval<Work&>().result());

  explicit deferred(Work work) : work_(std::move(work)) {}

  /// Does the work, and blocks this thread until it is done, at most for `limit`.
  /// Throws: what the work throws; timeout_error; std::logic_error on a loop's own thread, where it
  ///         would stop the loop.
  value_type result(std::optional<duration> limit = std::nullopt) {
    detail::carry_out_here(work_, limit);
    return work_.result();
  }

  auto awaited_by(frame_base& caller) && {
    return detail::carry_out(std::move(work_)).awaited_by(caller);
  }

 private:
  Work work_;
};

}  // namespace pirn
