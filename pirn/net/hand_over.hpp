// hand_over: listening sockets that come from elsewhere: from who started the program, or from the
// process that served before.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "pirn/net/listener.hpp"

namespace pirn::net {

struct named_listener {
  std::string name;
  listener where;
};

/// The listening sockets that the program was started with, by systemd or in its way; none when it
/// was started otherwise, or when they were taken before.
///
/// Throws:  std::system_error that names one which is no listening stream socket; as
///          take_inherited_descriptors().
/// Threads: at the program's start, before others may read the environment.
/// Source:  sd_listen_fds(3), systemd.socket(5).
std::vector<named_listener> inherited_listeners(stream_options of_accepted = {});

/// Gives copies of listening sockets to a successor, at the other end of a Unix stream, and waits
/// until it says that it accepts. From then on stop accepting: cancel the server, which goes on
/// with the connections that it has for its grace; give it one, for without they end. All the while
/// connections have somebody to come to. Those that wait when it stops go to the successor, or to
/// the old server's last accepts: the system wakes one of the two.
///
/// Throws: std::system_error of the stream, ECONNRESET when the successor ends without a word;
///         std::invalid_argument for a name with a colon or a line's end, and when there is no
///         listener.
/// Cancel: as send_descriptors; a successor that has the sockets may keep them.
task<> hand_over(tcp_stream& successor, std::span<const named_listener> listeners);

/// Takes what hand_over() gives at the other end of a Unix stream.
/// Throws: std::system_error of the stream, EPROTO when it brings something else.
/// Cancel: the stream is only good for closing, and the other process keeps on serving.
task<std::vector<named_listener>> take_over(tcp_stream& predecessor,
                                            stream_options of_accepted = {});
/// Says that the sockets which were taken over are accepted from: hand_over() returns.
/// Throws: std::system_error of the stream.
task<> tell_ready(tcp_stream& predecessor);

}  // namespace pirn::net
