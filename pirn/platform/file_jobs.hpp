// file_jobs: file requests done by a thread, or at once where there is none to lend.
#pragma once

#include <memory>
#include <vector>

#include "pirn/base/intrusive_list.hpp"
#include "pirn/core/blocking_job.hpp"
#include "pirn/core/file_system.hpp"
#include "pirn/core/inbox.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/platform/epoll_socket.hpp"

namespace pirn::detail {

/// Has file requests performed by a runner's threads, each carried there and back by a job node
/// that is used again.
class file_jobs {
 public:
  /// `runner`: null to perform requests on the calling thread.
  file_jobs(epoll_shared& shared, file_system& files, blocking_runner* runner) noexcept
      : shared_(shared), files_(files), runner_(runner) {}
  file_jobs(file_jobs&&) = delete;  // jobs point at it

  /// As `driver::start`.
  template <class Request>
  started start(Request& request, inbox* results) noexcept {
    if (runner_ == nullptr) {
      files_.perform(request);
      return started::done;
    }
    return send_out(request, results, [](file_system& files, operation& carried) noexcept {
      files.perform(static_cast<Request&>(carried));
    });
  }

  /// Closes at once, on this thread: only network file systems make close(2) wait.
  void drop(file_id file) noexcept;

 private:
  using action = void (*)(file_system& files, operation& carried) noexcept;

  class job final : public blocking_job, public inbox_message {
   public:
    explicit job(file_jobs& owner) noexcept : owner_(owner) {}

   private:
    friend class file_jobs;
    void perform() noexcept override;
    void arrived() noexcept override;

    file_jobs& owner_;
    operation* request_ = nullptr;
    action act_ = nullptr;
    inbox* results_ = nullptr;
  };

  started send_out(operation& request, inbox* results, action act) noexcept;
  job& idle_job();

  epoll_shared& shared_;
  file_system& files_;
  blocking_runner* runner_;
  std::vector<std::unique_ptr<job>> jobs_;  // all there are
  std::vector<job*> idle_;                  // has room for all of them
};

}  // namespace pirn::detail
