#include "pirn/exec/futures_watch.hpp"

#include <algorithm>
#include <utility>

#include "pirn/exec/blocking_wait.hpp"
#include "pirn/exec/future_wait.hpp"

namespace pirn::detail {

class futures_watch::watch final : public future_observer {
 public:
  watch(futures_watch& set, future_state& watched, std::size_t number) noexcept
      : set_(set), watched_(share(watched)), number_(number) {}

  future_state& watched() const noexcept { return *watched_; }

 private:
  void settled() noexcept override { set_.tell(number_); }

  futures_watch& set_;
  const state_ref<future_state> watched_;
  const std::size_t number_;
};

futures_watch::futures_watch() = default;

// A future that is telling right now is waited for; it needs the numbers' list and the lock.
futures_watch::~futures_watch() {
  std::size_t still_to_tell = 0;
  for (const std::unique_ptr<watch>& each : watches_) {
    if (each && !each->watched().forget(*each)) ++still_to_tell;
  }
  std::unique_lock lock(mutex_);
  news_.wait(lock, [&] { return ended_.size() - taken_ >= still_to_tell; });
}

std::size_t futures_watch::add(future_state& watched) {
  std::size_t number = watches_.size();
  if (free_.empty()) {
    watches_.emplace_back();
    free_.reserve(watches_.capacity());
    std::scoped_lock lock(mutex_);
    ended_.reserve(2 * watches_.capacity());  // telling must not allocate
  } else {
    number = free_.back();
    free_.pop_back();
  }
  watches_[number] = std::make_unique<watch>(*this, watched, number);
  ++left_;
  help_from_ = std::min(help_from_, number);
  if (!watched.observe(*watches_[number])) tell(number);
  return number;
}

void futures_watch::tell(std::size_t number) noexcept {
  std::scoped_lock lock(mutex_);
  if (taken_ == ended_.size()) {
    ended_.clear();
    taken_ = 0;
  } else if (ended_.size() == ended_.capacity()) {  // half of it was taken, at least
    ended_.erase(ended_.begin(), ended_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  ended_.push_back(number);
  if (next_wait* waiting = std::exchange(waiting_, nullptr)) waiting->home_->mail().post(*waiting);
  news_.notify_all();  // under the lock: whoever it wakes may end this object
}

std::optional<std::size_t> futures_watch::try_take() noexcept {
  std::size_t number = 0;
  {
    std::scoped_lock lock(mutex_);
    if (taken_ == ended_.size()) return std::nullopt;
    number = ended_[taken_++];
  }
  watches_[number].reset();
  free_.push_back(number);
  --left_;
  return number;
}

std::optional<std::size_t> futures_watch::take(std::optional<steady_time> deadline,
                                               std::string_view instead) {
  if (std::optional<std::size_t> number = try_take(); number || left_ == 0) return number;
  refuse_to_block_a_loop("waiting for the end of futures", instead);
  help();
  {
    std::unique_lock lock(mutex_);
    auto has_news = [this] { return taken_ < ended_.size(); };
    if (!deadline) {
      news_.wait(lock, has_news);
    } else if (!news_.wait_until(lock, *deadline, has_news)) {
      return std::nullopt;
    }
  }
  return try_take();
}

// The thread that would block does a call that nobody has begun, if an executor lets it.
void futures_watch::help() {
  for (; help_from_ < watches_.size(); ++help_from_) {
    const watch* candidate = watches_[help_from_].get();
    if (candidate == nullptr || candidate->watched().status() != future_status::pending) continue;
    if (candidate->watched().try_help(std::nullopt)) return;
  }
}

bool futures_watch::next_wait::try_complete() noexcept {
  if (set_.left_ == 0) return true;
  std::scoped_lock lock(set_.mutex_);
  return set_.taken_ < set_.ended_.size();
}

void futures_watch::next_wait::enqueue() noexcept {
  home_ = &waiter()->home();
  home_->outside_work_started();
  std::scoped_lock lock(set_.mutex_);
  PIRN_ASSERT(set_.waiting_ == nullptr, "one task at a time waits for the next end");
  if (set_.taken_ < set_.ended_.size()) return home_->mail().post(*this);
  set_.waiting_ = this;
}

cancel_answer futures_watch::next_wait::withdraw() noexcept {
  {
    std::scoped_lock lock(set_.mutex_);
    if (set_.waiting_ == this) {
      set_.waiting_ = nullptr;
      home_->outside_work_ended();
      return cancel_answer::gone;
    }
  }
  return have_message_now(*home_, *this);
}

void futures_watch::next_wait::arrived() noexcept {
  home_->outside_work_ended();
  wake();
}

std::optional<std::size_t> futures_watch::next_wait::result() noexcept {
  return set_.try_take();
}

}  // namespace pirn::detail
