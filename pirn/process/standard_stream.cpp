#include "pirn/process/standard_stream.hpp"

#include <cerrno>
#include <cstdio>

#include "pirn/platform/descriptor_calls.hpp"

namespace pirn {
namespace {

constexpr int input_number = 0;
constexpr int output_number = 1;

descriptor_stream open_twin(int number, access what, const char* name) {
  unique_fd twin = open_nonblocking_twin(number, what);
  if (!twin) throw std::system_error(errno_code(errno), std::string("open ") + name);
  return descriptor_stream(std::move(twin), name);
}

}  // namespace

standard_stream::standard_stream()
    : input_(open_twin(input_number, access::reading, "standard input")),
      output_(open_twin(output_number, access::writing, "standard output")) {}

task<> standard_stream::shut_down_writing() {
  std::fflush(stdout);
  co_await output_.shut_down_writing();
  output_.close();
  const unique_fd nowhere = open_null();
  const int error = nowhere ? put_in_place_of(output_number, nowhere.get()) : -errno;
  if (error < 0) throw std::system_error(errno_code(-error), "close standard output");
}

void standard_stream::close() noexcept {
  input_.close();
  output_.close();
}

}  // namespace pirn
