// endpoint: addresses under arbitrary text. What is read is written so that it reads the same.
#include "pirn/base/endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "pirn/base/assert.hpp"

namespace {

using pirn::endpoint;

void check_whole(std::string_view text) {
  const std::optional<endpoint> read = endpoint::parse(text);
  if (!read) return;
  PIRN_ASSERT(read->kind() != endpoint::family::none, "what was read is an address");
  PIRN_ASSERT(endpoint::parse(read->to_string()) == read, "it reads the same when it was written");
}

void check_ip(std::string_view text) {
  const std::optional<endpoint> read = endpoint::parse_ip(text, 80);
  if (!read) return;
  PIRN_ASSERT(read->port() == 80, "the port is the caller's");
  PIRN_ASSERT(endpoint::parse_ip(read->host(), 80) == read, "a host reads the same when written");
  PIRN_ASSERT(endpoint::parse(read->to_string()) == read, "and so does the whole");
}

void check_path(std::string_view text) {
  try {
    const endpoint made = endpoint::unix_socket(text);
    PIRN_ASSERT(made.path() == text, "a path stays as it is");
  } catch (const std::invalid_argument&) {
    PIRN_ASSERT(text.empty() || text.size() > endpoint::path_max_bytes, "a path that fits is one");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_whole(text);
  check_ip(text);
  check_path(text);
  return 0;
}
