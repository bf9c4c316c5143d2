// wire: how a message looks on its way through a pipe, and what of it has arrived.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pirn/platform/fd.hpp"
#include "pirn/remote/archive.hpp"

namespace pirn::detail {

enum class message_kind : std::uint8_t { values, bytes, handle };

/// What stands before each message.
struct message_head {
  static constexpr std::size_t size_bytes = 16;

  message_kind kind = message_kind::bytes;
  std::uint8_t descriptors = 0;  ///< how many come with it
  std::uint32_t type = 0;        ///< of values: which
  std::uint64_t payload_bytes = 0;

  std::array<std::byte, size_bytes> to_bytes() const noexcept;
};

/// Puts messages together from what arrives.
class message_assembler {
 public:
  /// `name`: what errors call the pipe.
  message_assembler(const std::string& name, std::size_t message_max_bytes) noexcept
      : name_(name), message_max_bytes_(message_max_bytes) {}

  /// Where the next bytes are to be put, and what has come of them.
  std::span<std::byte> room();
  void arrived(std::size_t count) noexcept { end_ += count; }
  std::vector<unique_fd>& descriptors() noexcept { return descriptors_; }

  bool empty() const noexcept { return begin_ == end_; }
  /// Whether a message is there entirely.
  /// Throws: remote::message_error when what arrived is none, or too large.
  bool complete();
  /// Of the message that is there.
  const message_head& head() const noexcept { return head_; }
  /// Takes the message out. Its bytes are there until room() is called; its descriptors are added
  /// to `beside`.
  /// Throws: remote::message_error when a descriptor is missing.
  std::span<const std::byte> take(remote::attachments& beside);

  /// Throws: remote::message_error when the stream's end is inside of a message.
  void ended() const;

 private:
  std::span<const std::byte> arrived_bytes() const noexcept {
    return std::span(buffer_).subspan(begin_, end_ - begin_);
  }
  std::size_t wanted_bytes() const noexcept;
  void read_head();
  [[noreturn]] void refuse(const std::string& why) const;

  const std::string& name_;
  std::size_t message_max_bytes_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;  // of what was not taken
  std::size_t end_ = 0;    // of what has arrived
  bool has_head_ = false;
  message_head head_;
  std::vector<unique_fd> descriptors_;  // those of messages that are not complete, too
};

/// What a connection and the work that was begun on it share.
struct connection_state {
  connection_state(unique_fd socket, std::string its_name, std::size_t max_bytes);
  connection_state(connection_state&&) = delete;  // the assembler points at its name

  /// Receives what is there now.
  /// Returns: false when there is nothing.
  bool receive_some();
  [[noreturn]] void fail(const char* operation, int error) const;

  unique_fd socket;
  std::string name;
  std::size_t message_max_bytes;
  message_assembler incoming;
  bool at_end = false;
  bool sending = false;  // a message went out in part, and its rest belongs next
};

}  // namespace pirn::detail
