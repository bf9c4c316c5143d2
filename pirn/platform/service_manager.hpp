// service_manager: tells who manages the program as a service, as systemd does, how it goes.
#pragma once

#include <string_view>

namespace pirn {

/// Sends `states`, lines of `NAME=value`, to the Unix socket that the variable NOTIFY_SOCKET names:
/// a path, or `@` and an abstract name. It is one datagram; the call blocks while the manager's
/// queue is full.
///
/// Returns: whether it was sent; false when nobody has asked, or nobody is there any more, which is
///          no reason for a service to fail.
/// Threads: any, while nobody changes the environment.
/// Source:  sd_notify(3).
bool notify_service_manager(std::string_view states);

/// The program is ready, a server listens: what waits for it may start (systemd's Type=notify).
inline bool notify_ready() {
  return notify_service_manager("READY=1");
}
/// The program has begun to end.
inline bool notify_stopping() {
  return notify_service_manager("STOPPING=1");
}

}  // namespace pirn
