// codec_transcript: what a parser makes of some bytes, as text: for tests, fuzzers and debugging.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "pirn/http/codec.hpp"

namespace pirn::http {

/// Cuts input into pieces: called with what is left, returns how many bytes come next.
using cutter = std::function<std::size_t(std::size_t left_bytes)>;

/// All at once.
inline std::size_t in_one_piece(std::size_t left_bytes) {
  return left_bytes;
}
/// One byte at a time.
inline std::size_t byte_by_byte(std::size_t) {
  return 1;
}
/// Two pieces, the first of `size_bytes`.
cutter cut_at(std::size_t size_bytes);

/// Feeds `input` to a parser, and then the end of the connection; writes down every event on a line
/// of its own, pieces of a body joined together. For a strict parser it is the same however the
/// input is cut.
///
/// Each piece lies in a buffer of its own that goes away when it is used up, so that a sanitizer
/// sees a parser that looks beyond it, or back.
std::string transcribe_requests(std::string_view input, const cutter& cut,
                                const codec_limits& limits = {});

/// The same for the responses to requests with the methods `asked`.
std::string transcribe_responses(std::string_view input, std::span<const method> asked,
                                 const cutter& cut, const codec_limits& limits = {});

}  // namespace pirn::http
