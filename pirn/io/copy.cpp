#include "pirn/io/copy.hpp"

#include "pirn/core/gather.hpp"

namespace pirn::io {
namespace {

task<std::uint64_t> copy_with_end(stream_ref from, stream_ref to) {
  const std::uint64_t bytes = co_await copy(from, to);
  co_await to.shut_down_writing();
  co_return bytes;
}

}  // namespace

task<std::uint64_t> copy(stream_ref from, stream_ref to) {
  std::uint64_t bytes = 0;
  for (;;) {
    const lease chunk = co_await from.read();
    if (chunk.empty()) co_return bytes;
    co_await to.write_all(chunk.bytes());
    bytes += chunk.size();
  }
}

task<forwarded> forward(stream_ref here, stream_ref there) {
  auto [sent, received] = co_await gather(copy_with_end(here, there), copy_with_end(there, here));
  co_return forwarded{sent, received};
}

}  // namespace pirn::io
