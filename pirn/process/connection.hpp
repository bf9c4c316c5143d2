// connection: one end of a pipe that messages go through, both ways: values, bytes, open files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "pirn/base/hash.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/process/deferred.hpp"
#include "pirn/process/message.hpp"
#include "pirn/process/wire.hpp"
#include "pirn/remote/call.hpp"

namespace pirn {

/// The other end was closed, and everything that it sent has been received.
/// Source: Python's EOFError.
class end_of_stream : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct connection_options {
  std::string_view name = "pipe";            ///< what errors call it
  std::size_t message_max_bytes = 64 << 20;  ///< larger ones are neither sent nor received
};
static_assert(std::is_trivially_copyable_v<connection_options>);

namespace detail {

/// What a value is sent as: text and its pieces as std::string; lists and dicts of messages as a
/// message.
template <class T>
struct sent_as {
  using type = remote::travelling_t<T>;
};
template <>
struct sent_as<message::list> {
  using type = message;
};
template <>
struct sent_as<message::dict> {
  using type = message;
};
template <class T>
using sent_as_t = typename sent_as<std::decay_t<T>>::type;

template <class T>
void save_sent(remote::archive_out& archive, const T& value) {
  if constexpr (std::is_same_v<sent_as_t<T>, T>) {
    archive(value);
  } else {
    archive(sent_as_t<T>(value));
  }
}

template <class... Values>
struct received_as {
  using type = std::tuple<Values...>;
};
template <class Value>
struct received_as<Value> {
  using type = Value;
};
template <class... Values>
using received_as_t = typename received_as<Values...>::type;

/// Tells values of different types apart, also between programs.
template <class... Values>
std::uint32_t type_number() {
  static const std::uint32_t number = [] {
    running_hash names;
    names.add(std::string_view(typeid(std::tuple<Values...>).name()));
    return static_cast<std::uint32_t>(names.value());
  }();
  return number;
}

class send_work final : public step_work {
 public:
  /// Bytes, or a value that was encoded by someone else, which live until they have been sent.
  send_work(connection_state& to, message_head head, std::span<const std::byte> payload);
  /// A value, with the descriptors that belong to it.
  send_work(connection_state& to, message_head head, remote::bytes encoded,
            remote::attachments beside);
  /// A copy of a descriptor of the caller's.
  send_work(connection_state& to, int descriptor);

  void result() const noexcept {}
  bool step() override;
  descriptor_event awaited() const override;
  std::string_view verb() const noexcept override { return "send to a pipe"; }

 private:
  connection_state* to_;
  message_head head_;
  remote::bytes encoded_;
  remote::attachments beside_;
  std::span<const std::byte> payload_;
  std::vector<int> descriptors_;
  std::size_t sent_bytes_ = 0;
};

/// Waits until a whole message is there, and leaves it there for result().
class receive_work : public step_work {
 public:
  receive_work(receive_work&&) = default;
  explicit receive_work(connection_state& from) noexcept : from_(&from) {}
  bool step() final;
  descriptor_event awaited() const final;
  std::string_view verb() const noexcept final { return "receive from a pipe"; }

 protected:
  ~receive_work() = default;
  /// Takes the message, which must be of that kind; its bytes are there until the next step of any
  /// receiving, and its descriptors are in beside_.
  std::span<const std::byte> take(message_kind kind, std::uint32_t type,
                                  const std::type_info& wanted);

  connection_state* from_;
  remote::attachments beside_;
};

template <class... Values>
class receive_values_work final : public receive_work {
 public:
  using receive_work::receive_work;
  received_as_t<Values...> result() {
    const std::type_info& wanted = typeid(received_as_t<Values...>);
    auto payload = take(message_kind::values, type_number<Values...>(), wanted);
    remote::archive_in archive(payload, &beside_);
    std::tuple<Values...> values;
    std::apply([&archive](Values&... each) { archive(each...); }, values);
    archive.expect_end();
    if constexpr (sizeof...(Values) == 1) {
      return std::get<0>(std::move(values));
    } else {
      return values;
    }
  }
};

class receive_bytes_work final : public receive_work {
 public:
  using receive_work::receive_work;
  remote::bytes result();
};

class receive_handle_work final : public receive_work {
 public:
  using receive_work::receive_work;
  unique_fd result();
};

class readable_work final : public step_work {
 public:
  explicit readable_work(connection_state& of) noexcept : of_(&of) {}
  void result() const noexcept {}
  bool step() override;
  descriptor_event awaited() const override;
  std::string_view verb() const noexcept override { return "wait for a pipe"; }

 private:
  connection_state* of_;
};

}  // namespace detail

/// One end of a pipe between processes, threads or tasks. Messages arrive whole and in order. Each
/// call is for tasks and for plain threads: `co_await c.send(1)`, or `c.send(1).result()`.
///
/// A message says of what type it is, and is received as that type only. Whoever can write to the
/// pipe can make up values of any type: it is for programs that trust one another.
///
/// Throws:   from each call: std::system_error that names the pipe (EPIPE when the other end was
///           closed); when receiving end_of_stream, and remote::message_error for what is no
///           message or one of another type.
/// Cancel:   a message that was not received entirely stays for the next call. One that was sent in
///           part leaves the connection good for receiving and closing only.
/// Threads:  one task or thread sends while one receives.
/// Lifetime: outlives what was begun on it; it may be moved meanwhile.
/// Source:   multiprocessing.connection.Connection.
/// Example:  examples/40_functions_as_processes.cpp
class connection {
 public:
  connection() = default;  ///< closed
  /// Takes over one end of a pair of Unix stream sockets, for example one that was inherited.
  explicit connection(unique_fd socket, connection_options options = {});
  connection(connection&& other) noexcept;
  connection& operator=(connection&& other) noexcept;
  ~connection();

  /// Sends values, of types that travel (`pirn/remote/archive.hpp` says which), as one message. A
  /// connection travels, too.
  /// Throws: std::length_error when they are too large, before anything is sent.
  template <class... Values>
    requires(sizeof...(Values) > 0)
  deferred<detail::send_work> send(const Values&... values) {
    static_assert((remote::travels<detail::sent_as_t<Values>> && ...),
                  "a value cannot be sent: include its header of cereal's, or give its class "
                  "cereal's serialize() and a default constructor");
    remote::bytes encoded;
    remote::attachments beside;
    remote::archive_out archive(encoded, &beside);
    (detail::save_sent(archive, values), ...);
    return send_encoded(detail::type_number<detail::sent_as_t<Values>...>(), std::move(encoded),
                        std::move(beside));
  }

  /// Receives one value, or several as a tuple, of exactly these types; without a type a `message`.
  template <class... Values>
  auto recv() {
    static_assert((remote::travels<Values> && ...), "values of such a type cannot be received");
    if constexpr (sizeof...(Values) == 0) {
      return deferred(detail::receive_values_work<message>(state("receive from")));
    } else {
      return deferred(detail::receive_values_work<Values...>(state("receive from")));
    }
  }

  deferred<detail::send_work> send_bytes(std::span<const std::byte> bytes);
  deferred<detail::receive_bytes_work> recv_bytes() {
    return deferred(detail::receive_bytes_work(state("receive from")));
  }

  /// Sends an open file, whichever it is; the other end gets a copy of the descriptor.
  /// Lifetime: it stays open until it was sent, and may be closed then.
  /// Source:   multiprocessing.reduction.send_handle().
  /// Example:  examples/32_descriptor_passing.cpp
  deferred<detail::send_work> send_handle(int descriptor);
  /// Throws: std::system_error (EMFILE) when this process may not open more files.
  deferred<detail::receive_handle_work> recv_handle() {
    return deferred(detail::receive_handle_work(state("receive from")));
  }

  /// Waits until something, or the end, can be received.
  deferred<detail::readable_work> readable() {
    return deferred(detail::readable_work(state("wait for")));
  }
  /// Whether something, or the end, can be received within `limit`, for which it blocks the thread.
  /// Throws: std::logic_error on a loop's thread when the limit is not zero: await readable().
  bool poll(duration limit = duration::zero());

  bool is_open() const noexcept;
  void close() noexcept;
  /// The socket's number: to be inherited by a process, and opened there; -1 when it is closed.
  int descriptor() const noexcept;
  /// Gives the socket away.
  /// Requires: nothing has been received that was not asked for (as before the first recv).
  unique_fd release() noexcept;

  // How it travels: the other process gets a copy of this end. Close it here, for the end of the
  // stream comes when all copies are closed.
  void save(remote::archive_out& archive) const;
  void load(remote::archive_in& archive);

 private:
  deferred<detail::send_work> send_encoded(std::uint32_t type, remote::bytes encoded,
                                           remote::attachments beside);

  /// Throws: std::system_error (EBADF) when there is none: it was made closed, or moved away.
  detail::connection_state& state(const char* operation) const;

  std::unique_ptr<detail::connection_state> state_;
};

/// The two ends of a pipe.
struct connection_pair {
  connection first;
  connection second;
};

/// Makes a pipe, which goes both ways.
/// Throws: std::system_error.
/// Source: multiprocessing.Pipe().
connection_pair pipe(connection_options options = {});

}  // namespace pirn
