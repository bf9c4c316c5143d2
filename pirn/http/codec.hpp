// codec: HTTP/1.x from bytes to events, for servers (request_parser) and clients (response_parser).
// No I/O in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "pirn/http/error.hpp"
#include "pirn/http/message.hpp"

namespace pirn::http {

/// How much of everything a parser takes before it refuses.
struct codec_limits {
  std::size_t start_line_max_bytes = 8 * 1024;  ///< beyond it: `target_too_long` (414)
  std::size_t head_max_bytes = 32 * 1024;  ///< beyond it: `head_too_large` (431); trailers alike
  std::size_t fields_max = 100;            ///< beyond it: `head_too_large` (431); trailers alike
  std::size_t chunk_head_max_bytes = 256;  ///< a chunk's size with its extensions
  std::size_t chunk_waste_max_bytes =
      16 * 1024;  ///< all of a body's chunk heads, beyond 16 bytes each
  std::uint64_t body_max_bytes =
      std::numeric_limits<std::uint64_t>::max();  ///< `body_too_large` (413)
};

/// What a parser has found.
enum class parsed : std::uint8_t {
  need_more,  ///< all input is taken and nothing is complete
  head,     ///< `head()` is there; `end` follows in any case, after pieces of body if there are any
  body,     ///< a piece of the body: `step.body`
  end,      ///< the message is complete; what follows is the next one
  upgrade,  ///< like `end`, but what follows may be another protocol (CONNECT, Upgrade)
  closed,   ///< the connection has ended between messages; from `finish` only
  error,    ///< `error()` says what is wrong; the parser will not go on
};

/// One step of a parser.
struct parse_step {
  parsed what = parsed::need_more;
  std::size_t consumed = 0;  ///< so much of the input is used: drop it, and feed the rest next
  std::span<const std::byte> body;  ///< a part of the input, for `parsed::body`; never empty then
};

namespace detail {
class request_machine;
class response_machine;
}  // namespace detail

/// Reads requests, one after the other, from the bytes of a connection: the server's side.
///
/// Give `feed` what has arrived; drop what it has consumed; act on the event; feed the rest. It
/// stops after each event, so pipelined requests come one at a time and the owner decides when to
/// go on. How the bytes are cut into pieces changes nothing but the pieces of the body.
///
/// It is strict: what two readers could understand in two ways is an error (lengths that contradict
/// each other, bare CR or LF, folded lines, white space before a colon, and the like; README.md
/// lists them).
///
/// Cost: bodies are not copied, and a head only when it arrives in more than one piece. Nothing is
///       allocated after the first messages, except for an error's text.
class request_parser {
 public:
  explicit request_parser(const codec_limits& limits = {});
  request_parser(request_parser&&) noexcept;
  request_parser& operator=(request_parser&&) noexcept;
  ~request_parser();

  /// Takes bytes up to the next event. After `head`, call it again even without new input: a
  /// request without a body ends at once.
  parse_step feed(std::span<const std::byte> input);

  /// Tells that the client has closed its side: `closed` between requests, otherwise `error`, with
  /// how much of how much had arrived.
  parse_step finish();

  /// The head of the present request, from its `head` event until the next one begins.
  ///
  /// Lifetime: its text lies in the input of the `feed` that gave the event; keep that, or call
  /// `keep_head`.
  const request_head& head() const noexcept;

  /// Copies the text of the head into the parser, unless it is there already; then the input may
  /// go. Text taken from `head()` before still points into the input.
  void keep_head();

  /// Trailer fields of a chunked body, after `end` until the next request begins; in the parser's
  /// own memory.
  fields_view trailers() const noexcept;

  /// Sets the limit of the present body; between `head` and the `feed` after it (which is where a
  /// declared length is compared with it). The next request has the limit of the constructor again.
  void limit_body(std::uint64_t max_bytes) noexcept;

  /// How much of the present body has come.
  std::uint64_t body_received_bytes() const noexcept;

  /// True between requests: no byte of the next one is there.
  bool is_idle() const noexcept;

  /// What was wrong.
  /// Requires: an `error` event.
  const failure& error() const noexcept;

 private:
  std::unique_ptr<detail::request_machine> machine_;
};

/// Reads responses from the bytes of a connection: the client's side. All is as in
/// `request_parser`, except that it must be told which requests were made, since that decides
/// whether a response has a body.
///
/// An interim response (1xx) is a message of its own, `head` and `end`; the response itself
/// follows.
class response_parser {
 public:
  explicit response_parser(const codec_limits& limits = {});
  response_parser(response_parser&&) noexcept;
  response_parser& operator=(response_parser&&) noexcept;
  ~response_parser();

  /// Says that the next response answers a request with this method. Bytes for which no request was
  /// made are an error.
  ///
  /// Requires: the response before has ended, and not with the connection (`framing::until_close`,
  ///           `parsed::upgrade`).
  void begin(method asked) noexcept;

  /// After `upgrade` the parser takes nothing more: the rest of the input belongs to the new
  /// protocol.
  parse_step feed(std::span<const std::byte> input);

  /// Tells that the server has closed its side. A body that lasts until then is complete: `end`.
  parse_step finish();

  const response_head& head() const noexcept;
  void keep_head();
  fields_view trailers() const noexcept;
  void limit_body(std::uint64_t max_bytes) noexcept;
  std::uint64_t body_received_bytes() const noexcept;

  /// True when no response is owed: none was begun since the last one ended.
  bool is_idle() const noexcept;
  const failure& error() const noexcept;

 private:
  std::unique_ptr<detail::response_machine> machine_;
};

}  // namespace pirn::http
