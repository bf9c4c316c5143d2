#include "pirn/remote/call.hpp"

#include <algorithm>
#include <exception>

namespace pirn::remote {

namespace {

// Callers repeat themselves: the last header is not looked up again.
detail::performer performer_of(archive_in& call) {
  thread_local bytes last_header;
  thread_local detail::performer last = nullptr;
  std::span<const std::byte> rest = call.rest();
  if (last != nullptr && rest.size() >= last_header.size() &&
      std::equal(last_header.begin(), last_header.end(), rest.begin())) {
    call.skip(last_header.size());
    return last;
  }
  function_address address;
  call(address);
  auto found = address.resolve<std::remove_pointer_t<detail::performer>>();
  std::size_t size = rest.size() - call.rest().size();
  last_header.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
  last = found;
  return found;
}

}  // namespace

namespace detail {

bytes call_header(performer code) {
  bytes header;
  archive_out archive(header);
  archive(function_address::of(code));
  return header;
}

}  // namespace detail

void perform(std::span<const std::byte> call, attachments* from, bytes& result, attachments* to) {
  const std::size_t start = result.size();
  try {
    archive_in in(call, from);
    detail::performer perform_it = performer_of(in);
    archive_out out(result, to);
    out(detail::ending::value);
    perform_it(in, out);
  } catch (...) {
    result.resize(start);
    if (to != nullptr) to->clear();
    archive_out out(result);
    out(detail::ending::exception);
    save_exception(out, std::current_exception());
  }
}

bytes perform(std::span<const std::byte> call) {
  bytes result;
  perform(call, nullptr, result, nullptr);
  return result;
}

}  // namespace pirn::remote
