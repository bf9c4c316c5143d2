#include "pirn/platform/file_jobs.hpp"

#include <cerrno>

#include "pirn/base/assert.hpp"

namespace pirn::detail {

file_jobs::job& file_jobs::idle_job() {
  if (idle_.empty()) {
    idle_.reserve(jobs_.size() + 1);
    jobs_.push_back(std::make_unique<job>(*this));
    idle_.push_back(jobs_.back().get());
  }
  return *idle_.back();
}

started file_jobs::send_out(operation& request, inbox* results, action act) noexcept {
  PIRN_ASSERT(results != nullptr, "a driver whose files are another thread's needs an inbox");
  try {
    job& carrier = idle_job();
    carrier.request_ = &request;
    carrier.act_ = act;
    carrier.results_ = results;
    runner_->run(carrier);
  } catch (...) {  // no memory or no thread; the runner has not taken the job
    request.result = -EAGAIN;
    return started::done;
  }
  idle_.pop_back();
  shared_.pend(request, request_kind::file);
  return started::pending;
}

void file_jobs::drop(file_id file) noexcept {
  struct final_close final : close_operation {
    void completed() noexcept override {}
  } request;
  request.file = file;
  files_.perform(request);
}

void file_jobs::job::perform() noexcept {
  act_(owner_.files_, *request_);
  results_->post(*this);
}

void file_jobs::job::arrived() noexcept {
  operation& request = *request_;
  owner_.idle_.push_back(this);
  owner_.shared_.complete(request);
}

}  // namespace pirn::detail
