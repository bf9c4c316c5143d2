// charfinder_session: a conversation with one client of the character finder.
#pragma once

#include <functional>
#include <string_view>

#include "name_index.hpp"
#include "pirn/core/task.hpp"
#include "pirn/io/stream.hpp"
#include "pirn/net/listener.hpp"

namespace pirn::apps {

/// Told whole lines of what happens: who asks what, how many lines were sent, who has gone.
using session_log = std::function<void(std::string_view lines)>;

/// What a client is asked with.
inline constexpr std::string_view charfinder_prompt = "?> ";

/// Prompts for queries and answers them, a line each, until the client ends the stream or sends a
/// line that begins with a control character or is no UTF-8, as telnet does for Ctrl-C.
///
/// Queries that came together are answered together.
///
/// `log`: may be empty.
/// Throws:   std::system_error when the connection fails.
/// Cancel:   the conversation is over.
/// Lifetime: the index, the client and the log must outlive it.
/// Cost:     no allocation once it has answered the like; one write for all that came together, and
///           one call of the log.
/// Source:   tcp_charfinder.py of "Fluent Python" (first edition, chapter 18).
task<> answer_queries(const name_index& index, io::stream_ref client, const session_log& log);

/// Converses with every client that comes, until it is cancelled.
/// Lifetime: the listener, the index and the log must outlive it.
task<> serve_queries_on(net::listener& where, const name_index& index, session_log log);

}  // namespace pirn::apps
