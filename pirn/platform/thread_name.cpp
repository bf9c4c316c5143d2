#include "pirn/platform/thread_name.hpp"

#include <array>
#include <cstddef>

#include <pthread.h>

namespace pirn::detail {

namespace {

constexpr std::size_t size_max_bytes = 15;  // the kernel's TASK_COMM_LEN without the final zero

bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

void set_thread_name(std::string_view name) noexcept {
  std::size_t size_bytes = name.size();
  if (size_bytes > size_max_bytes) {
    size_bytes = size_max_bytes;
    while (size_bytes > 0 && continues_a_character(name[size_bytes])) --size_bytes;
  }
  std::array<char, size_max_bytes + 1> text{};
  name.copy(text.data(), size_bytes);
  ::pthread_setname_np(::pthread_self(), text.data());  // fails only for names that are too long
}

std::string thread_name() {
  std::array<char, size_max_bytes + 1> text{};
  if (::pthread_getname_np(::pthread_self(), text.data(), text.size()) != 0) return {};
  return text.data();
}

}  // namespace pirn::detail
