#include "pirn/tls/seeded_random.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <openssl/rand.h>

namespace pirn::tls {

namespace {

constinit thread_local random_source* lots_of_thread = nullptr;

int draw(unsigned char* into, int count) {
  if (lots_of_thread == nullptr) return RAND_OpenSSL()->bytes(into, count);
  while (count > 0) {
    const std::uint64_t word = (*lots_of_thread)();
    const int size = std::min(count, static_cast<int>(sizeof word));
    std::memcpy(into, &word, static_cast<std::size_t>(size));
    into += size;
    count -= size;
  }
  return 1;
}

// Deprecated since 3.0 for providers, which take a library context of their own for each SSL_CTX;
// this reaches the contexts of programs that know nothing of it.
void install() {
  static const bool is_done = [] {
    static RAND_METHOD method = *RAND_OpenSSL();
    method.bytes = method.pseudorand = draw;
    return RAND_set_rand_method(&method) == 1;
  }();
  static_cast<void>(is_done);
}

}  // namespace

seeded_random::seeded_random(random_source& lots) : before_(lots_of_thread) {
  install();
  lots_of_thread = &lots;
}

seeded_random::~seeded_random() {
  lots_of_thread = before_;
}

}  // namespace pirn::tls
