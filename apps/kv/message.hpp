// message: what nodes say to one another, and clients to nodes.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "command.hpp"

namespace pirn::apps::kv {

/// A node's place in the list of nodes, which is the same for all.
using node_id = std::uint32_t;
using term_number = std::uint64_t;
/// A place in the log; the first is 1.
using log_index = std::uint64_t;

struct entry {
  term_number term = 0;
  command what;

  bool operator==(const entry&) const = default;
};

/// "Vote for me."
struct vote_request {
  term_number term = 0;
  node_id candidate = 0;
  log_index last_index = 0;
  term_number last_term = 0;

  bool operator==(const vote_request&) const = default;
};

struct vote_answer {
  term_number term = 0;
  bool granted = false;

  bool operator==(const vote_answer&) const = default;
};

/// "I lead. After this entry come these; so far all is committed." Without entries: a heartbeat.
struct append_request {
  term_number term = 0;
  node_id leader = 0;
  log_index previous_index = 0;
  term_number previous_term = 0;
  log_index committed = 0;
  std::vector<entry> entries;

  bool operator==(const append_request&) const = default;
};

struct append_answer {
  term_number term = 0;
  bool matches = false;
  log_index index = 0;  ///< up to here the logs are equal; if they are not, where they may be

  bool operator==(const append_answer&) const = default;
};

struct client_answer {
  bool is_done = false;  ///< false: ask somebody else, `leader` if it is known
  std::optional<node_id> leader;
  answer what;

  bool operator==(const client_answer&) const = default;
};

using request = std::variant<vote_request, append_request, command>;
using reply = std::variant<vote_answer, append_answer, client_answer>;

}  // namespace pirn::apps::kv
