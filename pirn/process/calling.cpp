#include "pirn/process/calling.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <system_error>

#include "pirn/core/exception_group.hpp"
#include "pirn/exec/process_entry.hpp"
#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/process/descriptor_stream.hpp"

namespace pirn::detail {

namespace {

// The arguments of the role: whether a status comes back, then where the message and what belongs
// to it are open.
constexpr const char* role_name = "call";

int number_of(const char* word) {
  return std::atoi(word);
}

unique_fd adopt(const char* word) {
  unique_fd open(number_of(word));
  set_close_on_exec(open.get());  // it was open on exec, for this process
  return open;
}

int make_call(bool returns_status, std::span<char*> descriptors) {
  descriptor_stream message(adopt(descriptors.front()), "call");
  std::string call = message.read_all().result();
  remote::attachments beside;
  for (char* each : descriptors.subspan(1)) beside.attach(adopt(each));
  remote::bytes result;
  remote::perform(std::as_bytes(std::span(call)), &beside, result, nullptr);
  if (returns_status) return remote::decode_result<int>(result).take();
  remote::decode_result<void>(result).take();
  return EXIT_SUCCESS;
}

void run_call(int argc, char** argv) {
  if (argc < 2) std::exit(EXIT_FAILURE);
  try {
    std::exit(make_call(number_of(argv[0]) != 0,
                        std::span(argv, static_cast<std::size_t>(argc)).subspan(1)));
  } catch (...) {
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name,
                 describe_exception(std::current_exception()).c_str());
  }
  std::exit(EXIT_FAILURE);
}

const process_role role(role_name, run_call);

}  // namespace

call_start::call_start(const command& what) {
  if (!process_main_was_called()) {
    throw std::logic_error("spawn " + what.program() +
                           ": main() must begin with pirn::process_main(argc, argv), or be "
                           "pirn::run_main()");
  }
  const process_call& call = *what.call();
  auto file = make_memory_file(call.message);
  if (!file) throw std::system_error(file.error(), "spawn " + what.program());
  message_ = *std::move(file);
  inherited_.push_back(message_.get());
  for (const unique_fd& each : call.descriptors) inherited_.push_back(each.get());
  words_ = {program_invocation_short_name, std::string(process_marker), role_name,
            call.returns_status ? "1" : "0"};
  for (int each : inherited_) words_.push_back(std::to_string(each));
}

}  // namespace pirn::detail
