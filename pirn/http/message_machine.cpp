#include "pirn/http/message_machine.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pirn::http::detail {

parse_step message_machine::feed(std::span<const std::byte> input) {
  std::string_view rest(reinterpret_cast<const char*>(input.data()), input.size());
  const parsed what = advance(rest);
  parse_step step{what, input.size() - rest.size(), {}};
  if (what == parsed::body) step.body = piece_;
  return step;
}

parse_step message_machine::finish() {
  return {end_of_input(), 0, {}};
}

/// Goes on from the present state until something is to be told.
parsed message_machine::advance(std::string_view& rest) {
  for (;;) {
    switch (state_) {
      case state::idle:
        if (!skip_before_message(rest)) return failed();
        if (rest.empty()) return parsed::need_more;
        reader_.begin();
        has_head_ = false;
        received_bytes_ = 0;
        body_max_bytes_ = limits_.body_max_bytes;
        state_ = state::head;
        continue;
      case state::head:
        return advance_head(rest);
      case state::body_start:
        if (const auto event = start_body()) return *event;
        continue;
      case state::length:
        return take_body(rest, left_bytes_);
      case state::chunk_head:
        if (const auto event = advance_chunk_head(rest)) return *event;
        continue;
      case state::chunk_data:
        return take_body(rest, left_bytes_);
      case state::trailers:
        return advance_trailers(rest);
      case state::until_close:
        if (received_bytes_ == body_max_bytes_ && !rest.empty()) return refuse_body_size(0);
        return take_body(rest, body_max_bytes_ - received_bytes_);
      case state::ending:
        return end_message();
      case state::finished:
        PIRN_ASSERT(rest.empty(), "what follows is no HTTP");
        return parsed::closed;
      case state::failed:
        return parsed::error;
    }
  }
}

parsed message_machine::advance_head(std::string_view& rest) {
  switch (reader_.read_head(rest)) {
    case head_reader::progress::need_more:
      return parsed::need_more;
    case head_reader::progress::failed:
      return failed();
    case head_reader::progress::done:
      break;
  }
  if (!accept_head()) return failed();
  place_head();
  has_head_ = true;
  state_ = state::body_start;
  return parsed::head;
}

/// Returns: an event, or nullopt to go on in the new state.
std::optional<parsed> message_machine::start_body() {
  switch (framing_.kind) {
    case framing::none:
      return end_message();
    case framing::length:
      if (framing_.length > body_max_bytes_) return refuse_body_size(framing_.length);
      left_bytes_ = framing_.length;
      state_ = state::length;
      break;
    case framing::chunked:
      state_ = state::chunk_head;
      break;
    case framing::until_close:
      state_ = state::until_close;
      break;
  }
  return std::nullopt;
}

std::optional<parsed> message_machine::advance_chunk_head(std::string_view& rest) {
  switch (reader_.read_chunk_head(rest)) {
    case head_reader::progress::need_more:
      return parsed::need_more;
    case head_reader::progress::failed:
      return failed();
    case head_reader::progress::done:
      break;
  }
  left_bytes_ = reader_.length();
  if (left_bytes_ > body_max_bytes_ - received_bytes_) return refuse_body_size(0);
  state_ = left_bytes_ == 0 ? state::trailers : state::chunk_data;
  return std::nullopt;
}

parsed message_machine::advance_trailers(std::string_view& rest) {
  switch (reader_.read_trailers(rest)) {
    case head_reader::progress::need_more:
      return parsed::need_more;
    case head_reader::progress::failed:
      return failed();
    case head_reader::progress::done:
      break;
  }
  if (!reader_.trailers().table.entries.empty()) reader_.trailers().keep();
  return end_message();
}

parsed message_machine::take_body(std::string_view& rest, std::uint64_t max_bytes) noexcept {
  if (rest.empty()) return parsed::need_more;
  const std::string_view piece = rest.substr(0, std::min<std::uint64_t>(rest.size(), max_bytes));
  rest.remove_prefix(piece.size());
  received_bytes_ += piece.size();
  piece_ = std::as_bytes(std::span(piece));
  if (state_ == state::until_close) return parsed::body;
  left_bytes_ -= piece.size();
  if (state_ == state::chunk_data) reader_.pass_chunk_data(piece);
  if (left_bytes_ == 0) state_ = state_ == state::length ? state::ending : state::chunk_head;
  return parsed::body;
}

parsed message_machine::failed() noexcept {
  state_ = state::failed;
  return parsed::error;
}

parsed message_machine::refuse_body_size(std::uint64_t size_bytes) {
  const std::string size = size_bytes == 0 ? "" : fmt::format(" of {} bytes", size_bytes);
  fail({errc::body_too_large,
        fmt::format("{} body{}: longer than {} bytes", side_name(), size, body_max_bytes_)});
  return failed();
}

parsed message_machine::cut_short(std::string what) {
  fail({errc::cut_short, "the connection ended " + std::move(what)});
  return failed();
}

parsed message_machine::end_of_input() {
  switch (state_) {
    case state::idle:
    case state::finished:
      return parsed::closed;
    case state::head:
      return cut_short(
          fmt::format("after {} bytes of a {} head", reader_.head().seen_bytes, side_name()));
    case state::body_start:
      if (const auto event = start_body()) return *event;
      return end_of_input();
    case state::length:
      return cut_short(fmt::format("after {} of {} bytes of a {} body", received_bytes_,
                                   framing_.length, side_name()));
    case state::chunk_head:
    case state::chunk_data:
    case state::trailers:
      return cut_short(fmt::format("after {} bytes of a chunked {} body, before its end",
                                   received_bytes_, side_name()));
    case state::until_close:
    case state::ending:
      return end_message();
    case state::failed:
      return parsed::error;
  }
  return parsed::error;
}

void message_machine::keep_head() {
  check_has_head();
  reader_.head().keep();
  place_head();
}

/// llhttp has its own idea of where the body ends; should it ever differ from ours, nobody must
/// rely on either.
bool message_machine::check_framing() {
  const bool agreed = framing_.kind == framing::chunked  ? reader_.is_chunked()
                      : framing_.kind == framing::length ? reader_.length() == framing_.length
                                                         : true;
  if (agreed) return true;
  return fail({errc::bad_framing, "Content-Length and Transfer-Encoding are not clear"});
}

}  // namespace pirn::http::detail
