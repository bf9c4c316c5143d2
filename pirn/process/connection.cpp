#include "pirn/process/connection.hpp"

#include <cerrno>
#include <system_error>

#include "pirn/base/type_name.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/platform/descriptor_passing.hpp"
#include "pirn/remote/types.hpp"

namespace pirn {

using detail::connection_state;
using detail::message_kind;

namespace {

const char* kind_name(message_kind kind) noexcept {
  switch (kind) {
    case message_kind::values:
      return "values";
    case message_kind::bytes:
      return "bytes";
    case message_kind::handle:
      return "a handle";
  }
  return "something else";
}

slice slice_of(std::span<const std::byte> bytes) noexcept {
  return {bytes.data(), bytes.size()};
}

}  // namespace

namespace detail {

send_work::send_work(connection_state& to, message_head head, std::span<const std::byte> payload)
    : to_(&to), head_(head), payload_(payload) {
  head_.payload_bytes = payload_.size();
  if (payload_.size() > to.message_max_bytes) {
    throw std::length_error("send to " + to.name + ": a message of " +
                            std::to_string(payload_.size()) + " bytes, where " +
                            std::to_string(to.message_max_bytes) + " are allowed");
  }
}

// The bytes stay where they are when the vector is moved.
send_work::send_work(connection_state& to, message_head head, remote::bytes encoded,
                     remote::attachments beside)
    : send_work(to, head, std::span<const std::byte>(encoded)) {
  encoded_ = std::move(encoded);
  beside_ = std::move(beside);
  for (const unique_fd& each : beside_.descriptors()) descriptors_.push_back(each.get());
  if (descriptors_.size() > passed_descriptors_max) {
    throw std::length_error("send to " + to.name + ": too many descriptors in one message");
  }
  head_.descriptors = static_cast<std::uint8_t>(descriptors_.size());
}

send_work::send_work(connection_state& to, int descriptor)
    : to_(&to), head_{.kind = message_kind::handle, .descriptors = 1}, descriptors_{descriptor} {}

bool send_work::step() {
  if (sent_bytes_ == 0 && to_->sending) {
    throw std::logic_error("send to " + to_->name +
                           ": another message has been sent in part, and its rest is missing");
  }
  const auto head = head_.to_bytes();
  const std::size_t whole = head.size() + payload_.size();
  while (sent_bytes_ < whole) {
    std::ptrdiff_t count = 0;
    if (sent_bytes_ < head.size()) {
      slice parts[] = {slice_of(std::span(head).subspan(sent_bytes_)), slice_of(payload_)};
      std::span<const int> beside(descriptors_);  // with the first byte
      count = send_now(to_->socket.get(), parts, beside.first(sent_bytes_ > 0 ? 0 : beside.size()));
    } else {
      slice rest[] = {slice_of(payload_.subspan(sent_bytes_ - head.size()))};
      count = send_now(to_->socket.get(), rest, {});
    }
    if (count == -EAGAIN) return false;
    if (count < 0) to_->fail("send to", static_cast<int>(-count));
    sent_bytes_ += static_cast<std::size_t>(count);
    to_->sending = sent_bytes_ < whole;
  }
  return true;
}

descriptor_event send_work::awaited() const {
  return {to_->socket.get(), poll_writable};
}

bool receive_work::step() {
  while (!from_->incoming.complete()) {
    if (!from_->receive_some()) return false;
    if (!from_->at_end) continue;
    from_->incoming.ended();
    throw end_of_stream("receive from " + from_->name + ": the other end was closed");
  }
  return true;
}

descriptor_event receive_work::awaited() const {
  return {from_->socket.get(), poll_readable};
}

std::span<const std::byte> receive_work::take(message_kind kind, std::uint32_t type,
                                              const std::type_info& wanted) {
  const message_head head = from_->incoming.head();
  beside_.clear();
  auto payload = from_->incoming.take(beside_);
  if (head.kind == kind && head.type == type) return payload;
  std::string problem = "receive from " + from_->name + ": ";
  if (head.kind != kind) {
    problem += std::string("expected ") + kind_name(kind) + ", got " + kind_name(head.kind);
  } else {
    problem += "the message holds another type than " + type_name(wanted);
  }
  throw remote::message_error(problem);
}

remote::bytes receive_bytes_work::result() {
  auto payload = take(message_kind::bytes, 0, typeid(remote::bytes));
  return {payload.begin(), payload.end()};
}

unique_fd receive_handle_work::result() {
  take(message_kind::handle, 0, typeid(unique_fd));
  return beside_.take();
}

bool readable_work::step() {
  return !of_->incoming.empty() || of_->receive_some();
}
descriptor_event readable_work::awaited() const {
  return {of_->socket.get(), poll_readable};
}

}  // namespace detail

connection::connection(unique_fd socket, connection_options options)
    : state_(std::make_unique<connection_state>(std::move(socket), std::string(options.name),
                                                options.message_max_bytes)) {}
connection::connection(connection&& other) noexcept = default;
connection& connection::operator=(connection&& other) noexcept = default;
connection::~connection() = default;

connection_state& connection::state(const char* operation) const {
  if (state_) return *state_;
  throw std::system_error(errno_code(EBADF), std::string(operation) + " a pipe that is closed");
}

deferred<detail::send_work> connection::send_encoded(std::uint32_t type, remote::bytes encoded,
                                                     remote::attachments beside) {
  return deferred(detail::send_work(state("send to"), {.kind = message_kind::values, .type = type},
                                    std::move(encoded), std::move(beside)));
}
deferred<detail::send_work> connection::send_bytes(std::span<const std::byte> bytes) {
  return deferred(detail::send_work(state("send to"), {.kind = message_kind::bytes}, bytes));
}
deferred<detail::send_work> connection::send_handle(int descriptor) {
  return deferred(detail::send_work(state("send to"), descriptor));
}

bool connection::poll(duration limit) {
  detail::readable_work ready(state("wait for"));
  if (ready.step()) return true;
  if (limit == duration::zero()) return false;
  try {
    deferred(std::move(ready)).result(limit);
    return true;
  } catch (const timeout_error&) {
    return false;
  }
}

bool connection::is_open() const noexcept {
  return state_ && state_->socket;
}
void connection::close() noexcept {
  if (state_) state_->socket.reset();
}
int connection::descriptor() const noexcept {
  return state_ ? state_->socket.get() : -1;
}
unique_fd connection::release() noexcept {
  if (!state_) return {};
  PIRN_ASSERT(state_->incoming.empty(), "a connection is given away without what it has read");
  return std::move(state_->socket);
}

void connection::save(remote::archive_out& archive) const {
  if (archive.beside() == nullptr) {
    throw std::logic_error("a connection travels to processes of the same machine only");
  }
  archive(is_open());
  if (!is_open()) return;
  PIRN_ASSERT(state_->incoming.empty(), "a connection travels without what it has read");
  unique_fd copy = duplicate(state_->socket.get());
  if (!copy) state_->fail("duplicate", errno);
  archive.beside()->attach(std::move(copy));
  archive(state_->name, state_->message_max_bytes);
}

void connection::load(remote::archive_in& archive) {
  bool was_open = false;
  std::string name;
  std::size_t message_max_bytes = 0;
  archive(was_open);
  if (!was_open) {
    *this = connection();
    return;
  }
  if (archive.beside() == nullptr) throw remote::message_error("a connection without descriptor");
  unique_fd socket = archive.beside()->take();
  archive(name, message_max_bytes);
  *this = connection(std::move(socket), {.name = name, .message_max_bytes = message_max_bytes});
}

connection_pair pipe(connection_options options) {
  auto pair = make_socket_pair();
  if (!pair) throw std::system_error(pair.error(), "make " + std::string(options.name));
  return {connection(std::move(pair->left), options), connection(std::move(pair->right), options)};
}

}  // namespace pirn
