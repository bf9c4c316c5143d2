// unix_socket: what only a Unix socket has: a peer with a user.
#pragma once

#include <expected>
#include <system_error>

namespace pirn {

/// Who a process is, as the kernel knows it.
struct credentials {
  int process_id = 0;
  unsigned user_id = 0;
  unsigned group_id = 0;

  friend bool operator==(const credentials&, const credentials&) = default;
};

bool is_unix_socket(int descriptor) noexcept;

/// Who connected, or, asked by who connected, who listened.
/// Returns: EOPNOTSUPP when it is no Unix socket.
std::expected<credentials, std::error_code> peer_credentials(int descriptor) noexcept;
}  // namespace pirn
