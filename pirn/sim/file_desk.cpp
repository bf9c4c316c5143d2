#include "pirn/sim/file_desk.hpp"

#include <cerrno>

#include "pirn/base/assert.hpp"

namespace pirn::sim {

file_desk::file_desk(const surroundings& around, file_system* files, duration delay) noexcept
    : around_(around), files_(files), delay_(delay) {}

file_desk::~file_desk() {
  while (!idle_.empty()) idle_.pop_front();
}

started file_desk::start(operation& request, performer how) {
  if (files_ == nullptr) {
    request.result = -ENOSYS;
    return started::done;
  }
  if (delay_ <= duration::zero()) {
    how(*files_, request);
    note(request);
    return started::done;
  }
  if (idle_.empty()) {
    jobs_.push_back(std::make_unique<job>());
    idle_.push_back(*jobs_.back());
  }
  job& waiting = idle_.pop_front();
  waiting.desk = this;
  waiting.request = &request;
  waiting.how = how;
  around_.ledger.take(request, request_kind::file, &waiting);
  around_.events.add(waiting, saturating_add(around_.events.now(), delay_));
  return started::pending;
}

void file_desk::withdraw(operation& request) noexcept {
  auto& waiting = *static_cast<job*>(request.driver_data.pointer);
  around_.events.remove(waiting);
  idle_.push_front(waiting);
}

void file_desk::drop(file_id file) noexcept {
  if (files_ == nullptr) return;
  struct : close_operation {
    void completed() noexcept override {}
  } closing;
  closing.file = file;
  files_->perform(closing);
  note(closing);
}

void file_desk::perform(job& due) noexcept {
  operation& request = *due.request;
  idle_.push_front(due);
  due.how(*files_, request);
  note(request);
  around_.ledger.complete(request, request.result);
}

void file_desk::note(const operation& request) noexcept {
  around_.decisions.note(around_.events.now(), decision::file, 0,
                         static_cast<std::uint32_t>(request.result));
}

}  // namespace pirn::sim
