// descriptor_limit: how many files and sockets the process may have open.
#pragma once

namespace pirn::apps {

/// Raises the soft limit to the hard one: shells mostly set 1,024, for programs that use select(2).
/// Nothing happens when that is not allowed.
void raise_descriptor_limit() noexcept;

}  // namespace pirn::apps
