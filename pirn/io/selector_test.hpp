// selector_test: pairs of descriptors, and messages of errors, for the tests of the selector.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <gtest/gtest.h>

#include "pirn/platform/descriptor_calls.hpp"

namespace pirn::io {

inline socket_pair connected_pair() {
  auto made = make_socket_pair();
  if (!made) throw std::system_error(made.error());
  return *std::move(made);
}

inline void send(const unique_fd& to, std::string_view text) {
  ASSERT_EQ(write_now(to.get(), std::as_bytes(std::span(text))),
            static_cast<std::ptrdiff_t>(text.size()));
}

inline std::string receive(const unique_fd& from) {
  std::byte room[64];
  std::ptrdiff_t count = read_now(from.get(), room);
  return {reinterpret_cast<const char*>(room), static_cast<std::size_t>(std::max(count, {}))};
}

/// The message of the E that `work()` throws; empty when it throws none.
template <class E, class Fn>
inline std::string message_of(Fn work) {
  try {
    work();
  } catch (const E& error) {
    return error.what();
  }
  return {};
}

inline std::string about(std::string_view verb, int fd, std::string_view what) {
  return std::string(verb) + " descriptor " + std::to_string(fd) + ": " + std::string(what);
}

}  // namespace pirn::io
