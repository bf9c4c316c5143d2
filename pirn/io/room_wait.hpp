// room_wait: a socket of the kernel's that is full, as something to await.
#pragma once

#include <string>

#include "pirn/base/printable.hpp"
#include "pirn/core/io_wait.hpp"
#include "pirn/core/socket.hpp"

namespace pirn::io {

/// Waits until a socket takes something again, for who sends by the descriptor itself; gives the
/// poll_event bits that hold, or -errno.
class room_wait final : public io_wait<poll_operation> {
 public:
  explicit room_wait(socket& target) noexcept : io_wait("room"), target_(target) {
    request().descriptor = target.native_handle();
    request().events = poll_writable;
  }

  std::string describe() const override {
    return "write to " + printable(target_.peer().to_string());
  }
  const socket& target() const noexcept { return target_; }

 private:
  socket& target_;
};

}  // namespace pirn::io
