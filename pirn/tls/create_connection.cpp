#include "pirn/tls/create_connection.hpp"

namespace pirn::tls {
namespace {

task<io::any_stream> secured_server(io::any_stream plain, context how) {
  stream secured = co_await wrap_server(std::move(plain), std::move(how));
  co_return io::any_stream(std::move(secured));
}

task<io::any_stream> secured_client(io::any_stream plain, std::string host, context how) {
  stream secured = co_await wrap_client(std::move(plain), std::move(host), std::move(how));
  co_return io::any_stream(std::move(secured));
}

}  // namespace

net::stream_wrapper as_server(context how) {
  return [how = std::move(how)](io::any_stream plain) {
    return secured_server(std::move(plain), how);
  };
}

void start_tls(net::transport& to, context how, std::string host) {
  if (how.is_server()) return to.replace_stream(as_server(std::move(how)));
  to.replace_stream([how = std::move(how), host = std::move(host)](io::any_stream plain) {
    return secured_client(std::move(plain), host, how);
  });
}

}  // namespace pirn::tls
