// http_common: what the fuzzers of the HTTP codec share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "pirn/base/assert.hpp"
#include "pirn/http/codec_transcript.hpp"

namespace fuzz {

/// A number that depends on every byte of the input: the input itself chooses cuts and limits, so
/// that corpus files are plain messages.
inline std::uint64_t hash_of(std::string_view input) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : input) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

/// Pieces of 1 to 64 bytes, the same for the same seed; small ones more often.
inline pirn::http::cutter random_cuts(std::uint64_t seed) {
  return [state = seed | 1](std::size_t) mutable -> std::size_t {
    state ^= state << 13;  // xorshift64
    state ^= state >> 7;
    state ^= state << 17;
    return 1 + (state >> 20) % (std::size_t{1} << (state >> 50) % 7);
  };
}

/// The usual limits, or limits that short inputs reach.
inline pirn::http::codec_limits limits_for(std::uint64_t seed) noexcept {
  if (seed % 2 == 0) return {};
  return {.start_line_max_bytes = 8 + seed / 2 % 64,
          .head_max_bytes = 16 + seed / 128 % 256,
          .fields_max = 1 + seed / 32768 % 8,
          .chunk_head_max_bytes = 4 + seed / 262144 % 32,
          .chunk_waste_max_bytes = seed / 8388608 % 64,
          .body_max_bytes = seed / 536870912 % 64};
}

/// Requires that `transcribe(cut)` gives the same text in one piece, byte by byte and in random
/// pieces.
template <class Transcribe>
void require_same_for_all_cuts(std::uint64_t seed, Transcribe transcribe) {
  const std::string whole = transcribe(pirn::http::cutter(pirn::http::in_one_piece));
  const std::string bytes = transcribe(pirn::http::cutter(pirn::http::byte_by_byte));
  const std::string pieces = transcribe(random_cuts(seed));
  PIRN_ASSERT(whole == bytes, "byte by byte gives other events than one piece");
  PIRN_ASSERT(whole == pieces, "random pieces give other events than one piece");
}

}  // namespace fuzz
