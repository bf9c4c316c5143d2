#include "pirn/process/run_program.hpp"

#include <csignal>

#include "pirn/process/process_state.hpp"

namespace pirn {

program_failed::program_failed(const std::string& name, program_result ended)
    : std::runtime_error("run " + name + ": " + ended.status.to_string()),
      result_(std::make_shared<const program_result>(std::move(ended))) {}

namespace detail {

void run_program_work::begin() {
  child_.emplace(what_, process_options{
                            .input = input_.empty() ? stdio::null : stdio::pipe,
                            .output = options_.output,
                            .errors = options_.errors,
                        });
  talk_.emplace(*child_->state_, std::move(input_),
                communicate_options{.output_max_bytes = options_.output_max_bytes});
}

bool run_program_work::step() {
  if (!child_) begin();
  return talk_->step();
}

program_result run_program_work::result() {
  program_result ended = talk_->result();
  if (options_.check && !ended.status.success()) {
    throw program_failed(child_->name(), std::move(ended));
  }
  return ended;
}

step_work* run_program_work::undo() noexcept {
  if (!child_ || child_->state_->signal_all(SIGKILL) < 0) return nullptr;
  end_.emplace(*child_->state_);
  return &*end_;
}

}  // namespace detail

}  // namespace pirn
