// selector: which of many descriptors are ready, for a loop of one's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pirn/base/assert.hpp"
#include "pirn/base/time.hpp"
#include "pirn/io/watched_descriptors.hpp"

namespace pirn::io {

/// What a selector does with a descriptor that is ready when it has been told nothing else: call.
using selector_callback = std::move_only_function<void(int fd, selector_events ready)>;

/// Tells which of many descriptors can be read from or written to, for those who bring their own
/// loop: no coroutine, no task. With each descriptor it keeps a piece of data, most often a
/// callback; `dispatch` calls those, `select` gives them back.
///
/// The names are those that epoll and kqueue have for it, and `callbacks::add_reader`: `add`,
/// `modify`, `remove`, since Python's first one, `register`, is a keyword here, and its last one,
/// `unregister`, reads badly without it.
///
/// It is level-triggered: what stays ready is found again. It does not own the descriptors; remove
/// one before it is closed, or the kernel keeps telling of it while a duplicate is open.
///
/// Throws:  std::invalid_argument and std::out_of_range for what Python has ValueError and KeyError
///          for, std::logic_error after close(), std::system_error for what the kernel refuses. All
///          name operation and descriptor: "remove descriptor 7: not registered".
/// Threads: one at a time.
/// Source:  Python's selectors.EpollSelector.
/// Example: examples/43_selector.cpp
template <class Data = selector_callback>
class selector {
 public:
  /// What is known of a descriptor.
  struct key {
    int fd;
    selector_events events;  ///< what it is watched for
    mutable Data data;       ///< the caller's: the selector only keeps it
  };
  /// One that is ready, and for what.
  struct ready {
    const key& which;
    selector_events events;
  };

  /// Throws: std::system_error when the system has no descriptor to spare.
  selector() = default;
  selector(selector&&) = delete;  // callbacks know it

  /// Watches a descriptor.
  /// Throws: std::invalid_argument when it is registered, is negative, or there are no events;
  ///         std::system_error: EBADF, EPERM for a regular file, ENOSPC.
  const key& add(int fd, selector_events events, Data data = {}) {
    watched_.check(operation::add, fd, events);
    if (keys_.contains(fd)) detail::already_registered(fd);
    auto added = std::make_unique<entry>(key{fd, events, std::move(data)});
    auto place = keys_.emplace(fd, std::move(added)).first;
    try {
      watched_.add(fd, events);
    } catch (...) {
      keys_.erase(place);
      throw;
    }
    return place->second->known;
  }

  /// Changes what a descriptor is watched for; its data stays.
  /// Throws: std::out_of_range when it is not registered; as add(), and then it is no longer.
  const key& modify(int fd, selector_events events) {
    watched_.check(operation::modify, fd, events);
    auto place = find_registered(operation::modify, fd);
    key& known = place->second->known;
    if (known.events == events) return known;
    try {
      watched_.change(fd, events);
    } catch (...) {
      forget(place);
      throw;
    }
    known.events = events;
    return known;
  }
  /// Changes its data, too.
  const key& modify(int fd, selector_events events, Data data) {
    auto next = std::make_unique<entry>(key{fd, events, std::move(data)});
    modify(fd, events);
    auto place = keys_.find(fd);
    retire(std::exchange(place->second, std::move(next)));
    return place->second->known;
  }

  /// Stops watching a descriptor, which may be closed by now.
  /// Throws: std::out_of_range when it is not registered.
  void remove(int fd) {
    watched_.check_open(operation::remove, fd);
    auto place = find_registered(operation::remove, fd);
    watched_.remove(fd);
    forget(place);
  }

  /// Blocks this thread until a descriptor is ready, or for `timeout`; zero or less only looks. A
  /// signal does not end it.
  ///
  /// Returns: those that are ready; none when it was too late. What was hung up or is broken is
  ///          ready for all that it is watched for.
  /// Throws:  std::logic_error after close().
  /// Lifetime: the keys live, removed or not, until the next select(), dispatch() or close().
  /// Cost:    one system call; a time-out is rounded up to milliseconds.
  std::span<const ready> select(duration timeout = forever) {
    PIRN_ASSERT(!dispatching_, "a callback of a selector does not wait in it again");
    release_found();
    const std::span<const detail::ready_descriptor> waited = watched_.wait(timeout, keys_.size());
    found_.reserve(waited.size());
    ready_.reserve(waited.size());
    retired_.reserve(waited.size());
    for (const detail::ready_descriptor& each : waited) {
      auto place = keys_.find(each.fd);
      if (place == keys_.end()) continue;
      entry& one = *place->second;
      const selector_events events = each.events & one.known.events;
      if (events == selector_events::none) continue;
      one.found = true;
      found_.push_back(&one);
      ready_.push_back({one.known, events});
    }
    return ready_;
  }

  /// Waits as select() does, and calls the callback of each that is ready: `data(fd, events)`.
  ///
  /// A callback may add, modify and remove any descriptor, its own too, close them, and close the
  /// selector. One that was removed, or given other data, is not called any more.
  ///
  /// Returns: how many were called.
  /// Throws:  what a callback throws; those that were not called are found the next time.
  std::size_t dispatch(duration timeout = forever)
    requires std::is_invocable_v<Data&, int, selector_events>
  {
    select(timeout);
    const dispatch_guard guard(*this);
    std::size_t called = 0;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      entry& one = *found_[i];
      const selector_events events = ready_[i].events & one.known.events;
      if (!one.registered || events == selector_events::none) continue;
      ++called;
      std::invoke(one.known.data, one.known.fd, events);
    }
    return called;
  }

  /// What is known of a descriptor; null when it is not registered.
  const key* find(int fd) const noexcept {
    auto place = keys_.find(fd);
    return place == keys_.end() ? nullptr : &place->second->known;
  }
  /// The same, or throws std::out_of_range; std::logic_error after close().
  const key& at(int fd) const {
    watched_.check_open(operation::look_up, fd);
    const key* known = find(fd);
    if (known == nullptr) detail::not_registered(operation::look_up, fd);
    return *known;
  }
  bool contains(int fd) const noexcept { return find(fd) != nullptr; }
  std::size_t size() const noexcept { return keys_.size(); }
  bool empty() const noexcept { return keys_.empty(); }
  /// Those that are registered, in no order.
  std::vector<int> descriptors() const {
    std::vector<int> all;
    all.reserve(size());
    for (const auto& each : keys_) all.push_back(each.first);
    return all;
  }

  /// Forgets all descriptors, and ends. Closing twice does nothing.
  void close() noexcept {
    watched_.close();
    while (!keys_.empty()) forget(keys_.begin());
    if (!dispatching_) release_found();
  }
  bool is_open() const noexcept { return watched_.is_open(); }

  /// The selector's own descriptor, which is readable while one of its descriptors is ready; -1
  /// after close().
  int native_handle() const noexcept { return watched_.native_handle(); }

 private:
  using operation = detail::selector_operation;

  struct entry {
    explicit entry(key known) : known(std::move(known)) {}
    key known;
    bool registered = true;
    bool found = false;  // by the last select(): somebody may hold it
  };
  using entries = std::unordered_map<int, std::unique_ptr<entry>>;

  struct dispatch_guard {
    explicit dispatch_guard(selector& running) noexcept : running(running) {
      running.dispatching_ = true;
    }
    dispatch_guard(dispatch_guard&&) = delete;
    ~dispatch_guard() {
      running.dispatching_ = false;
      running.release_found();
    }
    selector& running;
  };

  typename entries::iterator find_registered(operation doing, int fd) {
    auto place = keys_.find(fd);
    if (place == keys_.end()) detail::not_registered(doing, fd);
    return place;
  }

  // Somebody may hold what was found, or be in it now: it lives until the next select(), which made
  // the room for it here, so that forgetting cannot fail.
  void retire(std::unique_ptr<entry> gone) noexcept {
    gone->registered = false;
    if (gone->found) retired_.push_back(std::move(gone));
  }
  void forget(typename entries::iterator place) noexcept {
    std::unique_ptr<entry> gone = std::move(place->second);
    keys_.erase(place);
    retire(std::move(gone));
  }
  void release_found() noexcept {
    for (entry* each : found_) each->found = false;
    found_.clear();
    ready_.clear();
    std::exchange(retired_, {});  // what dies here may look into this selector
  }

  detail::watched_descriptors watched_;
  entries keys_;
  std::vector<entry*> found_;                    // by the last select()
  std::vector<ready> ready_;                     // what it gave out: the same, in the same order
  std::vector<std::unique_ptr<entry>> retired_;  // found, and forgotten since
  bool dispatching_ = false;
};

}  // namespace pirn::io
