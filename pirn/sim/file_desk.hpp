// file_desk: file requests of a simulation: done at once, or after a virtual delay.
#pragma once

#include <memory>
#include <vector>

#include "pirn/core/driver.hpp"
#include "pirn/core/file_system.hpp"
#include "pirn/sim/decision_log.hpp"
#include "pirn/sim/event_queue.hpp"
#include "pirn/sim/request_ledger.hpp"

namespace pirn::sim {

/// Passes file requests to a file system, which carries them out at one instant of virtual time:
/// when they are started, or `delay` later. One that is withdrawn before has not happened.
class file_desk {
 public:
  struct surroundings {
    event_queue& events;
    decision_log& decisions;
    request_ledger& ledger;
  };

  /// Without `files` every request ends with -ENOSYS.
  file_desk(const surroundings& around, file_system* files, duration delay) noexcept;
  file_desk(file_desk&&) = delete;  // its events point at it
  ~file_desk();

  template <class Operation>
  started start(Operation& request) {
    return start(request, [](file_system& files, operation& due) noexcept {
      files.perform(static_cast<Operation&>(due));
    });
  }
  void withdraw(operation& request) noexcept;
  /// Of requests from now on.
  void set_delay(duration delay) noexcept { delay_ = delay; }
  /// Closes a file now, delay or not.
  void drop(file_id file) noexcept;

 private:
  using performer = void (*)(file_system&, operation&) noexcept;

  /// A request that waits for its moment.
  struct job final : simulated_event, list_hook<> {
    void fire() noexcept override { desk->perform(*this); }

    file_desk* desk = nullptr;
    operation* request = nullptr;
    performer how = nullptr;
  };

  started start(operation& request, performer how);
  void perform(job& due) noexcept;
  void note(const operation& request) noexcept;

  surroundings around_;
  file_system* files_;
  duration delay_;
  std::vector<std::unique_ptr<job>> jobs_;  // all that were ever needed at a time
  intrusive_list<job> idle_;
};

}  // namespace pirn::sim
