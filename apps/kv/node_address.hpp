// node_address: where a node of the store is found.
#pragma once

#include <cstdint>
#include <string>

namespace pirn::apps::kv {

struct node_address {
  std::string host;
  std::uint16_t port = 0;
};

}  // namespace pirn::apps::kv
