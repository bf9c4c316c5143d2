// message_machine: the way through one message after the other that both parsers of codec.hpp have
// in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/http/codec.hpp"
#include "pirn/http/head_reader.hpp"

namespace pirn::http::detail {

/// Goes through messages state by state. What differs between requests and responses is left to two
/// derived classes.
class message_machine {
 public:
  message_machine(head_reader::side reads, const codec_limits& limits)
      : reader_(reads, limits), limits_(limits), side_(reads) {}
  message_machine(message_machine&&) = delete;  // its reader is pinned
  virtual ~message_machine() = default;

  parse_step feed(std::span<const std::byte> input);
  parse_step finish();
  void keep_head();
  fields_view trailers() noexcept { return reader_.trailers().fields(); }
  void limit_body(std::uint64_t max_bytes) noexcept {
    PIRN_ASSERT(state_ == state::body_start, "the limit is set between the head and the body");
    body_max_bytes_ = max_bytes;
  }
  std::uint64_t received_bytes() const noexcept { return received_bytes_; }
  bool is_between_messages() const noexcept {
    return state_ == state::idle || state_ == state::finished;
  }
  const failure& error() const noexcept {
    PIRN_ASSERT(state_ == state::failed, "nothing has gone wrong");
    return reader_.error;
  }
  void check_has_head() const noexcept { PIRN_ASSERT(has_head_, "there is no head"); }

 protected:
  enum class state : std::uint8_t {
    idle,         // between messages
    head,         // inside a head
    body_start,   // the head is out, the body not begun
    length,       // inside a body of known length
    chunk_head,   // before or in the line with a chunk's size
    chunk_data,   // inside a chunk
    trailers,     // after the last chunk
    until_close,  // inside a body that the end of the connection ends
    ending,       // all is there but the end is not yet told
    finished,     // no message follows: the bytes are no HTTP any more, or at their end
    failed,
  };

  /// Takes what may stand before a message off the input.
  /// Returns: false when it is wrong (`fail` was called).
  virtual bool skip_before_message(std::string_view& input) = 0;
  /// Makes the head from what the reader has.
  /// Returns: false when it is wrong.
  virtual bool accept_head() = 0;
  /// Points the head at the reader's text.
  virtual void place_head() noexcept = 0;
  /// Ends the message: sets `state_` and says what to report.
  virtual parsed end_message() noexcept = 0;

  bool fail(failure why) {
    reader_.error = std::move(why);
    return false;
  }
  bool check_framing();
  std::string_view side_name() const noexcept {
    return side_ == head_reader::side::request ? "request" : "response";
  }

  head_reader reader_;
  codec_limits limits_;
  head_reader::side side_;
  state state_ = state::idle;
  body_framing framing_;

 private:
  parsed advance(std::string_view& rest);
  parsed advance_head(std::string_view& rest);
  std::optional<parsed> start_body();
  std::optional<parsed> advance_chunk_head(std::string_view& rest);
  parsed advance_trailers(std::string_view& rest);
  parsed take_body(std::string_view& rest, std::uint64_t max_bytes) noexcept;
  parsed failed() noexcept;
  parsed refuse_body_size(std::uint64_t size_bytes);
  parsed cut_short(std::string what);
  parsed end_of_input();

  bool has_head_ = false;
  std::uint64_t body_max_bytes_ = 0;
  std::uint64_t left_bytes_ = 0;  // of the body, or of the present chunk
  std::uint64_t received_bytes_ = 0;
  std::span<const std::byte> piece_;
};

}  // namespace pirn::http::detail
