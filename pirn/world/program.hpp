// program: a main task on a host of a world.
#pragma once

#include <exception>
#include <string>

#include "pirn/core/task.hpp"
#include "pirn/core/task_record.hpp"

namespace pirn {

class host;

/// An ordinary pirn program that a host runs: one of its main tasks. Owned by its host; remains
/// when it has ended.
class program final : private end_observer {
 public:
  program(host& home, std::string name) : home_(home), name_(std::move(name)) {}
  program(program&&) = delete;  // its task points at it

  const std::string& name() const noexcept { return name_; }
  host& home() const noexcept { return home_; }
  bool has_ended() const noexcept { return ended_; }
  /// Whether it went down with its host.
  bool has_crashed() const noexcept { return crashed_; }
  /// What it threw, or null.
  std::exception_ptr error() const noexcept { return error_; }

 private:
  friend class host;

  void start(loop& on, task<> main);
  task<> guard(task<> main);
  void ended() noexcept override;

  host& home_;
  std::string name_;
  bool ended_ = false;
  bool crashed_ = false;
  std::exception_ptr error_;
};

}  // namespace pirn
