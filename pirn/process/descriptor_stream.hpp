// descriptor_stream: a kernel descriptor as a stream of bytes: a pipe, a terminal, a socket.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "pirn/core/lease.hpp"
#include "pirn/core/operation.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/process/deferred.hpp"

namespace pirn {

class descriptor_stream;

namespace detail {

class read_some_work final : public step_work {
 public:
  read_some_work(descriptor_stream& from, std::span<std::byte> into) noexcept
      : from_(&from), into_(into) {}
  std::size_t result() const noexcept { return count_; }
  bool step() override;
  descriptor_event awaited() const override;
  std::string_view verb() const noexcept override { return "read from a descriptor"; }

 private:
  descriptor_stream* from_;
  std::span<std::byte> into_;
  std::size_t count_ = 0;
};

class read_lease_work final : public step_work {
 public:
  explicit read_lease_work(descriptor_stream& from) noexcept : from_(&from) {}
  lease result() noexcept { return std::move(chunk_); }
  bool step() override;
  descriptor_event awaited() const override;
  std::string_view verb() const noexcept override { return "read from a descriptor"; }

 private:
  descriptor_stream* from_;
  lease chunk_;
};

class read_all_work final : public step_work {
 public:
  read_all_work(descriptor_stream& from, std::size_t max_bytes) noexcept
      : from_(&from), max_bytes_(max_bytes) {}
  std::string result() noexcept { return std::move(bytes_); }
  bool step() override;
  descriptor_event awaited() const override;
  std::string_view verb() const noexcept override { return "read from a descriptor"; }

 private:
  descriptor_stream* from_;
  std::size_t max_bytes_;
  std::string bytes_;
};

class write_all_work final : public step_work {
 public:
  write_all_work(descriptor_stream& to, std::span<const std::byte> bytes) noexcept
      : to_(&to), rest_(bytes) {}
  write_all_work(descriptor_stream& to, std::span<const slice> parts) noexcept
      : to_(&to), parts_(parts) {}
  void result() const noexcept {}
  bool step() override;
  descriptor_event awaited() const override;
  std::string_view verb() const noexcept override { return "write to a descriptor"; }

 private:
  descriptor_stream* to_;
  std::span<const std::byte> rest_;  // of what was begun
  std::span<const slice> parts_;     // after it
};

}  // namespace detail

/// A descriptor as a byte_stream. Each call is for tasks and for plain threads:
///   co_await out.write_all("text");      out.write_all("text").result();
///
/// Throws:   std::system_error that names the operation and the stream, from every member.
/// Threads:  one at a time; one may read while another writes.
/// Lifetime: outlives what was begun on it; what is to be written lives until it has been.
class descriptor_stream {
 public:
  descriptor_stream() = default;  ///< closed
  /// Takes a descriptor over and makes it non-blocking, for all who share the open file.
  /// `name`: what errors call it.
  explicit descriptor_stream(unique_fd open, std::string name = "descriptor");

  /// Reads at least one byte.
  /// Returns: the count, 0 at the end.
  /// Cancel:  nothing has been read.
  deferred<detail::read_some_work> read(std::span<std::byte> into) noexcept {
    return deferred(detail::read_some_work(*this, into));
  }
  /// The same into memory of its own; an empty lease is the end.
  /// Cost: one allocation; none while it waits.
  deferred<detail::read_lease_work> read() noexcept {
    return deferred(detail::read_lease_work(*this));
  }
  /// Reads to the end.
  /// Throws: std::length_error when there is more than `max_bytes`.
  /// Cancel: what was read is lost.
  deferred<detail::read_all_work> read_all(std::size_t max_bytes = SIZE_MAX) noexcept {
    return deferred(detail::read_all_work(*this, max_bytes));
  }
  /// Writes it all. When nobody reads any more it fails with EPIPE; no signal is sent.
  /// Cancel: part of it may have been written.
  deferred<detail::write_all_work> write_all(std::span<const std::byte> bytes) noexcept {
    return deferred(detail::write_all_work(*this, bytes));
  }
  deferred<detail::write_all_work> write_all(std::string_view text) noexcept {
    return write_all(std::as_bytes(std::span(text)));
  }

  deferred<detail::write_all_work> write_all(std::span<const slice> parts) noexcept {
    return deferred(detail::write_all_work(*this, parts));
  }

  /// Says that nothing more will be written. A socket goes on reading; anything else is closed.
  task<> shut_down_writing();

  bool is_open() const noexcept { return static_cast<bool>(descriptor_); }
  void close() noexcept { descriptor_.reset(); }
  int descriptor() const noexcept { return descriptor_.get(); }
  /// Gives the descriptor away.
  unique_fd release() noexcept { return std::move(descriptor_); }
  const std::string& name() const noexcept { return name_; }

 private:
  unique_fd descriptor_;
  std::string name_;
};

}  // namespace pirn
