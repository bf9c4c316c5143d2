#include "pirn/net/read_proxy_header.hpp"

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace pirn::net {

namespace {

std::system_error bad_header(const tcp_stream& from, std::string_view reason) {
  return std::system_error(EPROTO, std::generic_category(),
                           "read a PROXY header from " + from.name() + ": " + std::string(reason));
}

}  // namespace

task<proxy_header> read_proxy_header(tcp_stream& from, std::size_t size_max_bytes) {
  proxy_parser parser(size_max_bytes);
  while (!parser.is_complete()) {
    std::size_t count = co_await from.read_some(parser.room());
    if (count == 0) throw bad_header(from, "the connection ends before it");
    parser.add(count);
    if (!parser.error().empty()) throw bad_header(from, parser.error());
  }
  co_return parser.header();
}

}  // namespace pirn::net
