#include "pirn/tls/wire.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace pirn::tls::detail {
namespace {

wire& wire_of(BIO* bio) {
  return *static_cast<wire*>(BIO_get_data(bio));
}

int read_some(BIO* bio, char* into, std::size_t size, std::size_t* count) {
  wire& from = wire_of(bio);
  BIO_clear_retry_flags(bio);
  if (from.input.empty()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  *count = std::min(size, from.input.size());
  std::memcpy(into, from.input.data(), *count);
  from.input = from.input.subspan(*count);
  return 1;
}

// No exception leaves a function that OpenSSL calls.
int write_all(BIO* bio, const char* from, std::size_t size, std::size_t* count) {
  BIO_clear_retry_flags(bio);
  try {
    wire_of(bio).output.append(from, size);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  *count = size;
  return 1;
}

long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

using bio_method_ptr = std::unique_ptr<BIO_METHOD, freed_by<BIO_meth_free>>;

bio_method_ptr make_method() {
  bio_method_ptr method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pirn wire"));
  if (method == nullptr) throw std::bad_alloc();
  BIO_meth_set_read_ex(method.get(), read_some);
  BIO_meth_set_write_ex(method.get(), write_all);
  BIO_meth_set_ctrl(method.get(), control);
  return method;
}

}  // namespace

void wire::attach_to(SSL& connection) {
  static const bio_method_ptr method = make_method();
  BIO* bio = BIO_new(method.get());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(&connection, bio, bio);  // takes it over
}

}  // namespace pirn::tls::detail
