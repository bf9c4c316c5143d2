#include "pirn/io/watched_descriptors.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace pirn::io::detail {

namespace {

std::string_view verb(selector_operation doing) noexcept {
  switch (doing) {
    case selector_operation::add:
      return "add";
    case selector_operation::modify:
      return "modify";
    case selector_operation::remove:
      return "remove";
    case selector_operation::look_up:
      return "look up";
  }
  return "";
}

std::string what_failed(selector_operation doing, int fd) {
  return std::string(verb(doing)) + " descriptor " + std::to_string(fd);
}

void throw_if_failed(int result, selector_operation doing, int fd) {
  if (result < 0) throw std::system_error(errno_code(-result), what_failed(doing, fd));
}

int poll_events(selector_events events) noexcept {
  int result = 0;
  if (any_of(events, selector_events::read)) result |= poll_readable;
  if (any_of(events, selector_events::write)) result |= poll_writable;
  return result;
}

// What is hung up or broken can be read from and written to: either tells what is wrong.
selector_events ready_for(int events) noexcept {
  selector_events result = selector_events::none;
  if ((events & ~poll_writable) != 0) result = result | selector_events::read;
  if ((events & ~poll_readable) != 0) result = result | selector_events::write;
  return result;
}

}  // namespace

void already_registered(int fd) {
  throw std::invalid_argument(what_failed(selector_operation::add, fd) + ": already registered");
}

void not_registered(selector_operation doing, int fd) {
  throw std::out_of_range(what_failed(doing, fd) + ": not registered");
}

watched_descriptors::watched_descriptors() {
  int result = set_.open();
  if (result < 0) throw std::system_error(errno_code(-result), "make a selector");
}

void watched_descriptors::check_open(selector_operation doing, int fd) const {
  if (!is_open()) throw std::logic_error(what_failed(doing, fd) + ": the selector is closed");
}

void watched_descriptors::check(selector_operation doing, int fd, selector_events events) const {
  check_open(doing, fd);
  if (fd < 0) throw std::invalid_argument(what_failed(doing, fd) + ": no descriptor is negative");
  if (events == selector_events::none || events > selector_events::read_write) {
    throw std::invalid_argument(what_failed(doing, fd) + ": neither to read nor to write");
  }
}

void watched_descriptors::add(int fd, selector_events events) {
  throw_if_failed(set_.add(fd, poll_events(events)), selector_operation::add, fd);
}

void watched_descriptors::change(int fd, selector_events events) {
  throw_if_failed(set_.change(fd, poll_events(events)), selector_operation::modify, fd);
}

std::span<const ready_descriptor> watched_descriptors::wait(duration timeout, std::size_t watched) {
  if (!is_open()) throw std::logic_error("select: the selector is closed");
  room_.resize(std::max<std::size_t>(watched, 1));
  const int count = set_.wait(room_, pirn::detail::deadline_in(timeout));
  if (count < 0) throw std::system_error(errno_code(-count), "select");
  ready_.clear();
  for (const descriptor_set::ready& each :
       std::span(room_).first(static_cast<std::size_t>(count))) {
    ready_.push_back({each.descriptor, ready_for(each.events)});
  }
  return ready_;
}

}  // namespace pirn::io::detail
