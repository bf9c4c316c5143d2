// client: reads and writes the store, wherever its leader is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "command.hpp"
#include "message.hpp"
#include "node_address.hpp"
#include "pirn/core/task.hpp"
#include "pirn/net/tcp_stream.hpp"

namespace pirn::apps::kv {

struct client_options {
  std::uint64_t id = 0;  ///< no two clients of a store have the same, not even one after the other
  duration attempt_for = std::chrono::milliseconds(500);  ///< one node is asked
  duration retry_pause = std::chrono::milliseconds(20);
};
static_assert(std::is_trivially_copyable_v<client_options>);

/// A client of the store. Each operation is tried at one node after the other until it is done,
/// once, however often it was sent.
///
/// One operation at a time.
/// Cancel: (a time-out, say) whether it happened, or will yet happen, is not known.
class client {
 public:
  client(const client_options& options, std::vector<node_address> nodes);

  /// Returns: the value, or nothing when there is none.
  task<std::optional<std::string>> read(std::string key);
  task<> write(std::string key, std::string value);
  /// Writes `value` if there is `expected`, or nothing where that is nothing.
  /// Returns: whether it did.
  task<bool> compare_and_swap(std::string key, std::optional<std::string> expected,
                              std::string value);

 private:
  task<answer> carry_out(command asked);
  task<std::optional<client_answer>> try_at(node_id node, std::string_view bytes);

  client_options options_;
  std::vector<node_address> nodes_;
  node_id favourite_ = 0;                  // that answered last, or is said to lead
  std::optional<net::tcp_stream> stream_;  // to the favourite
  std::uint64_t sequence_ = 0;
};

}  // namespace pirn::apps::kv
