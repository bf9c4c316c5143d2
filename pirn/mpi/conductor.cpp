#include "pirn/mpi/conductor.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/mpi/rank_worker.hpp"

namespace pirn::detail {

/// A rank's initializer. It holds the rank's desk until it has ended.
class conductor::first_call final : public rank_call {
 public:
  first_call(conductor& conductor, remote::bytes call)
      : rank_call(std::move(call)), conductor_(conductor) {}

  bool begin() noexcept override { return true; }
  void cancel() noexcept override {}
  void keep(std::span<const std::byte> result) noexcept override {
    const outcome<void> ended = remote::decode_result<void>(result);
    if (ended.has_error()) fail(ended.error());
  }
  void fail(std::exception_ptr error) noexcept override { conductor_.break_down(error); }

 private:
  conductor& conductor_;
};

conductor::conductor(rank_link& link, const remote::bytes& initializer)
    : link_(link), desks_(static_cast<std::size_t>(link.workers())) {
  if (!initializer.empty()) {
    for (rank_desk& desk : desks_) send(desk, std::make_unique<first_call>(*this, initializer));
  }
  thread_ = std::thread([this] { conduct(); });
}

conductor::~conductor() {
  close({});
}

void conductor::add(std::unique_ptr<rank_call> call) {
  {
    std::scoped_lock lock(mutex_);
    if (broken_) std::rethrow_exception(broken_);
    if (closing_) throw std::runtime_error("submit() after shutdown() of an mpi_pool");
    queue_.push_back(std::move(call));
  }
  link_.bell().ring();
}

void conductor::close(shutdown_options options) {
  std::deque<std::unique_ptr<rank_call>> unwanted;
  {
    std::scoped_lock lock(mutex_);
    PIRN_ASSERT(!options.wait || conducting_ != std::this_thread::get_id(),
                "a pool is not waited for in a callback of one of its futures");
    closing_ = true;
    if (options.cancel_pending) unwanted.swap(queue_);
  }
  for (auto& each : unwanted) each->cancel();
  link_.bell().ring();
  if (!options.wait) return;
  std::scoped_lock lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void conductor::conduct() {
  {
    std::scoped_lock lock(mutex_);
    conducting_ = std::this_thread::get_id();
  }
  patience patience(link_);
  for (;;) {
    patience.listen();
    const bool has_heard = take_news();
    const bool has_news = hand_out() || has_heard;
    const bool sending = link_.still_sending();
    if (has_news) {
      patience.renew();
    } else if (is_over() && !sending) {
      return;
    } else {
      patience.wait({.messages = under_way_ > 0, .transfer = sending});
    }
  }
}

bool conductor::is_over() {
  std::scoped_lock lock(mutex_);
  return closing_ && queue_.empty() && given_back_.empty() && under_way_ == 0;
}

// Only some at a time: idle ranks wait to be given more.
bool conductor::take_news() {
  constexpr int at_once_max = 16;
  for (int taken = 0; taken < at_once_max; ++taken) {
    std::optional<rank_message> message = link_.try_receive();
    if (!message) return taken > 0;
    rank_desk& desk = desks_[static_cast<std::size_t>(message->rank - 1)];
    switch (message->what) {
      case rank_message::kind::work:
        take_answer(desk, message->content);
        break;
      case rank_message::kind::busy:
        desk.busy();
        break;
      case rank_message::kind::back:
        given_back_.push_back(desk.given_back());
        given_back_.back()->content = std::move(message->content);
        --under_way_;
        break;
      case rank_message::kind::end:
        PIRN_ASSERT(false, "workers do not dismiss rank 0");
    }
  }
  return true;
}

void conductor::take_answer(rank_desk& desk, std::span<const std::byte> content) {
  answer_header header;
  PIRN_ASSERT(content.size() >= sizeof header, "an answer has a header");
  std::memcpy(&header, content.data(), sizeof header);
  std::unique_ptr<rank_call> call = desk.answered(std::chrono::nanoseconds(header.took_ns));
  --under_way_;
  call->keep(content.subspan(sizeof header));
}

bool conductor::hand_out() {
  bool any = false;
  while (rank_desk* desk = desk_with_room()) {
    std::unique_ptr<rank_call> call = next_call();
    if (!call) break;
    any = true;
    send(*desk, std::move(call));
  }
  return any;
}

// The one with the least to do, so that few calls spread over all.
rank_desk* conductor::desk_with_room() {
  rank_desk* best = nullptr;
  for (rank_desk& each : desks_) {
    if (each.has_room() && (best == nullptr || each.under_way() < best->under_way())) best = &each;
  }
  return best;
}

std::unique_ptr<rank_call> conductor::next_call() {
  while (!given_back_.empty()) {
    std::unique_ptr<rank_call> call = std::move(given_back_.front());
    given_back_.pop_front();
    std::exception_ptr error;
    {
      std::scoped_lock lock(mutex_);
      error = broken_;
    }
    if (!error) return call;
    call->fail(error);  // the rank that is free may be the one that could not be initialized
  }
  for (;;) {
    std::unique_ptr<rank_call> call;
    {
      std::scoped_lock lock(mutex_);
      if (queue_.empty()) return nullptr;
      call = std::move(queue_.front());
      queue_.pop_front();
    }
    if (call->begin()) return call;
  }
}

void conductor::send(rank_desk& desk, std::unique_ptr<rank_call> call) {
  const int rank = static_cast<int>(&desk - desks_.data()) + 1;
  const std::size_t size_bytes = call->content.size();
  try {
    link_.send({.rank = rank, .content = std::move(call->content)});
  } catch (...) {
    call->fail(std::current_exception());
    return;
  }
  desk.sent(std::move(call), size_bytes);
  ++under_way_;
}

// What is under way still ends by itself.
void conductor::break_down(const std::exception_ptr& cause) {
  std::deque<std::unique_ptr<rank_call>> lost;
  std::exception_ptr error = std::make_exception_ptr(
      broken_executor("the initializer of an mpi_pool failed: " + describe_exception(cause)));
  {
    std::scoped_lock lock(mutex_);
    if (!broken_) broken_ = error;
    lost.swap(queue_);
  }
  for (auto& each : lost) {
    if (each->begin()) each->fail(error);
  }
}

}  // namespace pirn::detail
