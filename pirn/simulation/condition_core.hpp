// condition_core: the part of a condition that does not depend on its members' types.
#pragma once

#include <cstddef>
#include <exception>
#include <span>
#include <string>

#include "pirn/core/select.hpp"

namespace pirn::des::detail {

/// What a condition consists of: an occurrence that it waits for, or a condition in it.
class condition_term {
 public:
  /// Begins to wait on behalf of a task, which is about to.
  virtual void stand_by(task_record& task) = 0;
  /// Withdraws what still waits. What has happened stays so.
  virtual void stand_down() noexcept = 0;
  /// A wait of the task was woken; if it is one of this term's, its effect is taken.
  /// Returns: whether it was.
  virtual bool pass_on(const wait_node& woken) noexcept = 0;
  /// Looks at what happened after the stand_down().
  virtual void catch_up() noexcept = 0;
  virtual std::string describe_term() const = 0;

  bool has_happened() const noexcept { return happened_; }
  /// What it has failed with, or null.
  const std::exception_ptr& failure() const noexcept { return failure_; }

 protected:
  condition_term() = default;
  ~condition_term() = default;

  void begin_again() noexcept {
    happened_ = false;
    failure_ = nullptr;
  }

  bool happened_ = false;
  std::exception_ptr failure_;
};

/// An occurrence that a condition waits for: the one member of a select, which keeps that it has
/// happened, and withdraws it.
class condition_member : public select_wait, public condition_term {
 public:
  std::string describe() const final { return wait_->describe(); }
  std::string describe_term() const final { return wait_->describe(); }

  void stand_by(task_record& task) final;
  void stand_down() noexcept final { withdraw(); }
  bool pass_on(const wait_node& woken) noexcept final;
  void catch_up() noexcept final;

 protected:
  ~condition_member() = default;
  void use(wait_node& wait) noexcept { wait_ = &wait; }

  /// Whether it has happened, woken or not.
  virtual bool is_over() const noexcept = 0;
  /// Throws what it failed with, if it did.
  /// Requires: it has happened.
  virtual void rethrow_failure() = 0;

 private:
  std::size_t member_count() const noexcept final { return 1; }
  wait_node& member(std::size_t) const noexcept final { return *wait_; }
  void note_end() noexcept;

  wait_node* wait_ = nullptr;
};

/// Waits until enough of its terms have happened, or one has failed.
class condition_core : public wait_node, public condition_term {
 public:
  std::string describe() const final;
  std::string describe_term() const final { return describe(); }

  void stand_by(task_record& task) final;
  void stand_down() noexcept final;
  bool pass_on(const wait_node& woken) noexcept final;
  void catch_up() noexcept final;

 protected:
  enum class kind : unsigned char { any, all };

  explicit condition_core(kind needed) noexcept : kind_(needed) {}
  ~condition_core() = default;
  /// Lifetime: the terms and the array of pointers to them outlive the condition's last wait.
  void use(std::span<condition_term* const> terms) noexcept { terms_ = terms; }

  bool try_complete();
  void enqueue() noexcept {}  // the members have seen to it
  /// Throws what it failed with.
  void check_failure() const;

 private:
  cancel_answer withdraw() noexcept final;
  void member_woken(wait_node& woken) noexcept final;
  bool is_settled() const noexcept { return happened_ || failure_ != nullptr; }
  void evaluate() noexcept;

  std::span<condition_term* const> terms_;
  kind kind_;
};

}  // namespace pirn::des::detail
