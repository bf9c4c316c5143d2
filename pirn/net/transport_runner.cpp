#include "pirn/net/transport_runner.hpp"

#include <utility>

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/exception_group.hpp"

namespace pirn::net::detail {

std::shared_ptr<transport> transport_runner::make(io::any_stream connected,
                                                  std::shared_ptr<base_protocol> told) {
  PIRN_ASSERT(told != nullptr, "a connection has a protocol");
  return std::make_shared<transport>(transport::passkey{}, std::move(connected), std::move(told));
}

task<> transport_runner::run(std::shared_ptr<transport> running) {
  transport& self = *running;
  task_record& me = co_await this_task_record{};
  task_group flow(me);
  self.flow_ = &flow;
  self.call([&](base_protocol& told) { told.connection_made(self); });
  self.made_.set();

  std::exception_ptr error;
  try {
    while (!self.is_closing()) {
      cancel_scope stage;  // ended by what ends it, or what replaces its stream
      self.reading_ = &stage;
      const scope_exit left([&self] { self.reading_ = nullptr; });
      co_await within(stage, self.next_stage());
    }
    self.start_farewell();
  } catch (...) {
    error = std::current_exception();
  }
  try {
    co_await flow.join_first(error);  // what waits is sent, unless it was broken off
    error = nullptr;
  } catch (...) {
    error = std::current_exception();
  }
  finish(self, self.failure_ ? self.failure_ : error);
}

void transport_runner::finish(transport& ended, std::exception_ptr error) {
  if (socket* below = ended.carrier(); below != nullptr && ended.unsent_bytes() > 0) {
    below->reset_on_close();  // no false end for the peer
  }
  ended.state_ = transport::state::lost;
  const std::shared_ptr<base_protocol> told = std::exchange(ended.protocol_, nullptr);
  std::exception_ptr last;
  try {
    told->connection_lost(error);
  } catch (...) {
    last = std::current_exception();
  }
  ended.former_.clear();
  ended.sending_ = {};
  ended.unsent_ = {};
  ended.sent_ = 0;
  ended.held_ = {};
  ended.replacement_ = {};
  ended.plain_ = nullptr;
  ended.stream_.reset();
  ended.replaced_.set();
  ended.lost_.set();
  if (error && last) throw exception_group({error, last});
  if (last) std::rethrow_exception(last);
  if (error) std::rethrow_exception(error);
}

}  // namespace pirn::net::detail
