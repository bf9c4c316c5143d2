// proxy_header: the header is the same in one piece and byte by byte, and never takes more than it
// is long.
#include "pirn/net/proxy_header.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "pirn/base/assert.hpp"

namespace {

using namespace pirn::net;

std::size_t feed(proxy_parser& parser, std::span<const std::byte> input, std::size_t piece_bytes) {
  std::size_t used = 0;
  while (used < input.size()) {
    const auto room = parser.room();
    const std::size_t count = std::min({room.size(), piece_bytes, input.size() - used});
    if (count == 0) break;
    std::ranges::copy(input.subspan(used, count), room.begin());
    parser.add(count);
    used += count;
  }
  return used;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span input(reinterpret_cast<const std::byte*>(data), size);
  constexpr std::size_t limit_bytes = 600;
  proxy_parser whole(limit_bytes);
  proxy_parser slow(limit_bytes);
  const std::size_t used = feed(whole, input, size);
  PIRN_ASSERT(feed(slow, input, 1) == used, "the same bytes are its own");
  PIRN_ASSERT(used <= limit_bytes, "a header is bounded");
  PIRN_ASSERT(whole.is_complete() == slow.is_complete(), "it ends in the same way");
  PIRN_ASSERT(whole.error() == slow.error(), "for the same reason");
  if (!whole.is_complete()) return 0;
  PIRN_ASSERT(whole.error().empty() && whole.room().empty(), "nothing more is wanted");
  const proxy_header& first = whole.header();
  PIRN_ASSERT(first.source == slow.header().source, "it says the same");
  PIRN_ASSERT(first.destination == slow.header().destination, "it says the same");
  PIRN_ASSERT(first.fields.size() == slow.header().fields.size(), "it says the same");
  PIRN_ASSERT(first.source.kind() == first.destination.kind() ||
                  first.source.kind() == pirn::endpoint::family::none ||
                  first.destination.kind() == pirn::endpoint::family::none,
              "both ends are of one family");
  return 0;
}
