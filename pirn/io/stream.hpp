// stream: what is read and written as bytes in order, whatever carries them.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/core/lease.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/core/socket.hpp"
#include "pirn/core/task.hpp"
#include "pirn/core/to_task.hpp"

namespace pirn::io {

/// Bytes in both directions: net::tcp_stream, tls::stream, io::memory_stream, descriptor_stream.
/// One task may read while another writes.
///
///     read()               at least one byte, as a lease; an empty one is the end, and stays it
///     write_all(bytes)     all of it has been handed on; or a list of slices, in order
///     shut_down_writing()  the other end reads the end of the stream; reading goes on. A write
///                          after it fails with EPIPE, and a second one does nothing
///     close()              now; no task reads or writes
///     name()               what errors call it: "127.0.0.1:80"
///
/// One over a socket may tell of it: `carrier()`, null when it is closed; see stream_ref.
template <class Stream>
concept byte_stream =
    requires(Stream& stream, std::span<const std::byte> bytes, std::span<const slice> parts) {
      requires std::same_as<await_result_t<decltype(stream.read())>, lease>;
      requires std::is_void_v<await_result_t<decltype(stream.write_all(bytes))>>;
      requires std::is_void_v<await_result_t<decltype(stream.write_all(parts))>>;
      requires std::is_void_v<await_result_t<decltype(stream.shut_down_writing())>>;
      { stream.close() } noexcept;
      { stream.name() } -> std::convertible_to<std::string>;
    };

namespace detail {

/// The members of some stream, by its address.
struct stream_methods {
  task<lease> (*read)(void*);
  task<> (*write_all)(void*, std::span<const std::byte>);
  task<> (*write_parts)(void*, std::span<const slice>);
  task<> (*shut_down_writing)(void*);
  void (*close)(void*) noexcept;
  std::string (*name)(void*);
  socket* (*raw)(void*) noexcept;
  socket* (*carrier)(const void*) noexcept;
  void (*destroy)(void*) noexcept;
};

/// What `call(arguments...)` gives, as a task.
template <class Result, class Call, class... Args>
task<Result> as_task(Call call, Args... arguments) {
  if constexpr (std::is_void_v<Result>) {
    co_await call(arguments...);
  } else {
    Result value = co_await call(arguments...);
    co_return value;
  }
}
/// If it is one already, itself: a frame around it would cost as much as it does.
template <class Result, class Call, class... Args>
  requires std::same_as<std::invoke_result_t<Call, Args...>, task<Result>>
task<Result> as_task(Call call, Args... arguments) {
  return call(arguments...);
}

/// The driver's socket that a stream is, when it is nothing more than that.
template <class Stream>
socket* raw_of(Stream& stream) noexcept {
  if constexpr (requires { requires std::same_as<decltype(stream.raw()), socket&>; }) {
    return &stream.raw();
  } else {
    return nullptr;
  }
}

template <class Stream>
socket* carrier_of(const Stream& stream) noexcept {
  if constexpr (requires { stream.carrier(); }) {
    return stream.carrier();
  } else {
    return nullptr;
  }
}

template <class Stream>
Stream& stream_at(void* self) noexcept {
  return *static_cast<Stream*>(self);
}

template <class Stream>
inline constexpr stream_methods methods_of{
    .read =
        [](void* self) {
          return as_task<lease>([](void* at) { return stream_at<Stream>(at).read(); }, self);
        },
    .write_all =
        [](void* self, std::span<const std::byte> bytes) {
          auto call = [](void* at, std::span<const std::byte> all) {
            return stream_at<Stream>(at).write_all(all);
          };
          return as_task<void>(call, self, bytes);
        },
    .write_parts =
        [](void* self, std::span<const slice> parts) {
          auto call = [](void* at, std::span<const slice> all) {
            return stream_at<Stream>(at).write_all(all);
          };
          return as_task<void>(call, self, parts);
        },
    .shut_down_writing =
        [](void* self) {
          auto call = [](void* at) { return stream_at<Stream>(at).shut_down_writing(); };
          return as_task<void>(call, self);
        },
    .close = [](void* self) noexcept { stream_at<Stream>(self).close(); },
    .name = [](void* self) -> std::string { return stream_at<Stream>(self).name(); },
    .raw = [](void* self) noexcept { return raw_of(stream_at<Stream>(self)); },
    .carrier =
        [](const void* self) noexcept { return carrier_of(*static_cast<const Stream*>(self)); },
    .destroy = [](void* self) noexcept { delete &stream_at<Stream>(self); },
};

}  // namespace detail

/// Some stream of somebody else's, its type forgotten: what code takes that works on every stream
/// and is compiled once.
///
/// Lifetime: the stream outlives it.
/// Cost:     a call through a pointer; where the stream's members are no coroutines a frame, too,
///           for each read and write, some 20 ns.
class stream_ref {
 public:
  template <byte_stream Stream>
    requires(!std::derived_from<Stream, stream_ref>)
  stream_ref(Stream& stream) noexcept  // NOLINT(google-explicit-constructor): as span from vector
      : stream_(&stream), methods_(&detail::methods_of<Stream>) {}

  /// Throws, Cancel: as the stream says, here and below.
  task<lease> read() const { return methods().read(stream_); }
  task<> write_all(std::span<const std::byte> bytes) const {
    return methods().write_all(stream_, bytes);
  }
  task<> write_all(std::string_view text) const {
    return write_all(std::as_bytes(std::span(text)));
  }
  task<> write_all(std::span<const slice> parts) const {
    return methods().write_parts(stream_, parts);
  }
  task<> shut_down_writing() const { return methods().shut_down_writing(stream_); }
  void close() const noexcept { methods().close(stream_); }
  std::string name() const { return methods().name(stream_); }
  /// The driver's socket, if the stream is nothing more than one; null for TLS, memory and others.
  socket* raw() const noexcept { return methods().raw(stream_); }

  /// The stream itself if it is a `Stream`, else null.
  template <class Stream>
  Stream* as() const noexcept {
    return methods_ == &detail::methods_of<Stream> ? static_cast<Stream*>(stream_) : nullptr;
  }
  /// The socket below it, whose addresses are the connection's; null when there is none, or none
  /// any more.
  socket* carrier() const noexcept { return methods().carrier(stream_); }

 protected:
  stream_ref(void* stream, const detail::stream_methods& methods) noexcept
      : stream_(stream), methods_(&methods) {}

  const detail::stream_methods& methods() const noexcept {
    PIRN_ASSERT(stream_ != nullptr, "a stream that was moved from is used");
    return *methods_;
  }

  void* stream_;
  const detail::stream_methods* methods_;
};

/// Some stream, its type forgotten, and its owner.
///
/// Cost: as stream_ref; one allocation when it is made.
class any_stream final : public stream_ref {
 public:
  template <byte_stream Stream>
    requires(!std::derived_from<Stream, stream_ref>)
  any_stream(Stream stream)  // NOLINT(google-explicit-constructor): a stream is a stream
      : stream_ref(new Stream(std::move(stream)), detail::methods_of<Stream>) {}
  any_stream(any_stream&& other) noexcept
      : stream_ref(std::exchange(other.stream_, nullptr), *other.methods_) {}
  any_stream& operator=(any_stream&& other) noexcept {
    std::swap(stream_, other.stream_);
    std::swap(methods_, other.methods_);
    return *this;
  }
  /// Requires: no task reads or writes.
  ~any_stream() {
    if (stream_ != nullptr) methods_->destroy(stream_);
  }
};

}  // namespace pirn::io
