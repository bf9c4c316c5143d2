// frame_stream: messages with descriptors over a socket between two processes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pirn/platform/descriptor_passing.hpp"
#include "pirn/platform/fd.hpp"
#include "pirn/platform/shared_memory.hpp"
#include "pirn/remote/archive.hpp"

namespace pirn::detail {

enum class frame_kind : std::uint8_t { initialize, ready, call, result };

/// What is written before each message. Both ends are the same program.
struct frame_header {
  std::uint64_t size_bytes;   ///< of the content
  std::uint32_t number;       ///< which call
  std::uint16_t descriptors;  ///< how many come with it
  frame_kind kind;
  bool in_memory;  ///< the content is in shared memory, whose descriptor is the last
};
static_assert(sizeof(frame_header) == 16);

/// A message that has come.
struct frame {
  frame_kind kind{};
  std::uint32_t number = 0;
  std::span<const std::byte> content;  ///< valid until the next receive(), and as long as this
  remote::attachments beside;
  shared_memory memory;  ///< where `content` is, when it is large
  bool is_lost = false;  ///< this process had no room for its descriptors: there is no content
};

/// Sends and receives messages. Short ones are gathered, and go with one call of the kernel; the
/// content of a long one goes as shared memory: once written, once read, whatever the socket holds.
///
/// Threads: one that sends and one that receives.
class frame_stream {
 public:
  /// Contents from this size on go as shared memory.
  static constexpr std::size_t long_content_bytes = 64 * 1024;

  frame_stream() = default;
  explicit frame_stream(unique_fd socket) noexcept : socket_(std::move(socket)) {}

  int descriptor() const noexcept { return socket_.get(); }
  void close() noexcept { socket_.reset(); }

  /// Puts a message behind those that wait to be sent. Its descriptors are copied.
  /// Throws: std::system_error when a descriptor cannot be copied, or memory be had; then nothing
  ///         of the message is sent.
  void queue(frame_kind kind, std::uint32_t number, std::span<const std::byte> content,
             std::span<const unique_fd> beside = {});
  /// Whether a message comes with descriptors: its own, or that of shared memory.
  static bool passes_descriptors(std::span<const std::byte> content,
                                 std::span<const unique_fd> beside) noexcept {
    return !beside.empty() || content.size() >= long_content_bytes;
  }
  /// Sends what waits.
  /// Returns: 0 when all is sent, or -errno: -EAGAIN when the rest has to wait.
  int flush() noexcept;
  /// The same, but blocks until all is sent.
  int flush_blocking() noexcept;
  /// The other side reads an end after what was sent.
  void end_sending() noexcept;
  bool has_unsent() const noexcept { return sent_ != outgoing_.size(); }

  enum class received : std::uint8_t { bytes, nothing, end };
  /// Takes what has come. A broken connection is an end.
  /// Throws: std::bad_alloc; then nothing was taken.
  received receive();
  /// The same, but blocks until there is something.
  received receive_blocking();
  /// The next message that has come whole.
  /// Throws: remote::message_error when it cannot be one.
  std::optional<frame> next();

 private:
  using receiver = received_bytes(int socket, std::span<std::byte> into,
                                  std::vector<unique_fd>& descriptors);
  received receive_with(receiver& receive_some);
  void take_descriptors(const frame_header& header, frame& message);

  /// Descriptors that go with the byte at `position` of outgoing_.
  struct passed {
    std::size_t position;
    std::vector<unique_fd> descriptors;
  };

  unique_fd socket_;

  // Of the thread that sends.
  remote::bytes outgoing_;
  std::size_t sent_ = 0;
  std::vector<passed> passed_;

  // Of the thread that receives.
  remote::bytes incoming_;
  std::size_t filled_ = 0;  // of incoming_
  std::size_t taken_ = 0;   // of what is filled
  // Little at first, since a process that has just begun pays for each page; more when it is used.
  std::size_t room_bytes_ = 4 * 1024;
  // Descriptors that came with one message; no two messages' come at once.
  struct group {
    std::vector<unique_fd> descriptors;
    bool is_lost;
  };
  std::vector<group> groups_;  // of messages that were not taken, in their order
  std::vector<unique_fd> arriving_;
};

}  // namespace pirn::detail
