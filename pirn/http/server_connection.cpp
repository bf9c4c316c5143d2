#include "pirn/http/server_connection.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/loop.hpp"
#include "pirn/core/within.hpp"
#include "pirn/http/serialize.hpp"
#include "pirn/http/wall_clock.hpp"
#include "pirn/io/linger.hpp"
#include "pirn/tls/error.hpp"

namespace pirn::http::detail {

server_connection::server_connection(io::any_stream peer, endpoint from, const handler& answer,
                                     const server_options& options,
                                     const net::failure_sink& failures)
    : peer_(std::move(peer)),
      from_(from),
      answer_(answer),
      options_(options),
      failures_(failures),
      parser_(options.limits) {}

task<> server_connection::run(cancel_scope& deadline) {
  deadline_ = &deadline;
  while (!must_close_) {
    bool arrived = co_await next_request();
    if (!arrived) break;
    co_await answer_one();
  }
  if (cut_short_) co_return;
  co_await flush();
  if (leaves_input_ && !input_ended_ && !broke_off_) co_await linger();
}

// Closing with input unread resets the connection, and the client may lose the answer that it was
// sent: so what it still sends is dropped for a while.
task<> server_connection::linger() {
  deadline_->set_deadline(never);
  in_request_ = false;
  try {
    co_await io::linger(peer_, linger_limit);
  } catch (const std::system_error&) {  // the client is gone
  }
}

task<> server_connection::tell_timeout() {
  if (!in_request_ || answered_ || cut_short_) co_return;
  refuse(status::request_timeout, "the request did not arrive in time");
  deadline_ = nullptr;
  cancel_scope patience(scope_options{.deadline = saturating_add(now(), options_.write_timeout)});
  co_await within(patience, flush());
}

task<> server_connection::end() {
  if (cut_short_ || broke_off_) co_return;
  cancel_scope patience(scope_options{.deadline = saturating_add(now(), linger_limit)});
  try {
    co_await within(patience, peer_.shut_down_writing());
  } catch (const std::system_error&) {  // the client is gone
  }
}

task<bool> server_connection::fill_until(time_point deadline) {
  co_await flush();
  deadline_->set_deadline(deadline);
  try {
    lease more = co_await peer_.read();
    chunk_ = std::move(more);
  } catch (const std::system_error& error) {
    cut_short_ = true;
    // Between requests nothing can be missing: some clients just go.
    if (!in_request_ && error.code() == tls::errc::truncated) co_return false;
    throw;
  }
  input_ = chunk_.bytes();
  input_ended_ = chunk_.empty();
  co_return !input_ended_;
}

task<> server_connection::flush() {
  if (output_.empty()) co_return;
  if (deadline_ != nullptr) deadline_->set_deadline(saturating_add(now(), options_.write_timeout));
  cut_short_ = true;
  co_await peer_.write_all(output_);
  cut_short_ = false;
  output_.clear();
}

// Returns: true when a head is there, false when the connection is over.
task<bool> server_connection::next_request() {
  in_request_ = false;
  answered_ = false;
  time_point head_deadline = never;
  for (;;) {
    parse_step step = parser_.feed(input_);
    input_ = input_.subspan(step.consumed);
    switch (step.what) {
      case parsed::head:
        co_return true;
      case parsed::need_more:
        break;
      case parsed::error:
        refuse(parser_.error());
        co_return false;
      case parsed::body:
      case parsed::end:
      case parsed::upgrade:
      case parsed::closed:
        continue;
    }
    const bool idle = parser_.is_idle();
    in_request_ = !idle;
    // The whole head has one deadline: a client that sends a byte now and then does not move it.
    if (!idle && head_deadline == never) {
      head_deadline = saturating_add(now(), options_.head_timeout);
    }
    bool more =
        co_await fill_until(idle ? saturating_add(now(), options_.idle_timeout) : head_deadline);
    if (more) continue;
    parse_step last = parser_.finish();
    if (last.what == parsed::error) refuse(parser_.error());
    co_return false;
  }
}

task<> server_connection::answer_one() {
  in_request_ = true;
  // The head's text may lie in the chunk; body pieces come in others. A pipelined request lies
  // where the one before it did: that chunk stays.
  if (!chunk_.empty()) head_chunk_ = std::move(chunk_);
  const request_head& head = parser_.head();
  keep_alive_ = head.keep_alive;
  continue_owed_ = head.expects_continue;
  exchange current(*this, head);
  deadline_->set_deadline(never);
  std::exception_ptr error;
  try {
    co_await answer_(current);
  } catch (const cancelled&) {
    throw;
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    must_close_ = true;
    if (!current.body_ended_) leaves_input_ = true;
    if (!current.has_started()) {
      current.headers().clear();
      current.respond(status::internal_server_error, "500 Internal Server Error\n");
    } else if (current.stream_ != framing::none) {
      broke_off_ = current.stream_ != framing::length || current.left_bytes_ > 0;
    }
    if (failures_) failures_(from_, error);
  } else {
    co_await finish(current);
  }
  if (output_.size() >= send_at_bytes && !cut_short_) co_await flush();
}

task<> server_connection::finish(exchange& done) {
  if (!done.started_) {
    done.respond(status::internal_server_error, "500 Internal Server Error\n");
  }
  if (done.stream_ == framing::chunked) append_last_chunk(output_);
  if (done.left_bytes_ > 0) must_close_ = broke_off_ = true;  // fewer bytes than were announced
  if (!done.body_ended_) co_await skip_body(done);
  if (!keep_alive_) must_close_ = true;
}

// A body that the handler did not want is read to its end, if that is near; else the connection
// ends.
task<> server_connection::skip_body(exchange& of) {
  if (continue_owed_) {  // the client may send its body or not: nobody can tell
    must_close_ = true;
    leaves_input_ = true;
    co_return;
  }
  std::exception_ptr broken;
  try {
    while (!of.body_ended_ && parser_.body_received_bytes() <= skip_max_bytes) {
      co_await read_body(of);
    }
  } catch (const std::system_error&) {
    broken = std::current_exception();  // the answer still goes out
  }
  if (broken || !of.body_ended_) must_close_ = true;
  if (!of.body_ended_) leaves_input_ = true;
}

task<std::span<const std::byte>> server_connection::read_body(exchange& of) {
  if (of.body_ended_) co_return std::span<const std::byte>{};
  for (;;) {
    parse_step step = parser_.feed(input_);
    input_ = input_.subspan(step.consumed);
    switch (step.what) {
      case parsed::body:
        co_return step.body;
      case parsed::end:
      case parsed::upgrade:
      case parsed::closed:
        of.body_ended_ = true;
        co_return std::span<const std::byte>{};
      case parsed::error: {
        of.body_ended_ = true;
        must_close_ = true;
        leaves_input_ = true;
        refuse(of, parser_.error());
        throw parser_.error().as_exception("request body from " + from_.to_string());
      }
      case parsed::head:
      case parsed::need_more:
        break;
    }
    if (continue_owed_ && !of.started_) {
      continue_owed_ = false;
      output_ += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    bool more = co_await fill(options_.body_timeout);
    deadline_->set_deadline(never);
    if (more) continue;
    of.body_ended_ = true;
    must_close_ = true;
    parse_step last = parser_.finish();
    if (last.what == parsed::error) {
      throw parser_.error().as_exception("request body from " + from_.to_string());
    }
  }
}

void server_connection::refuse(status code, std::string_view reason) {
  must_close_ = true;
  leaves_input_ = true;
  answered_ = true;
  const std::string text = std::string(reason) + "\n";
  fields plain;
  plain.add(field_id::content_type, "text/plain; charset=utf-8");
  append_response_head(output_,
                       {.status = code,
                        .body = {framing::length, text.size()},
                        .keep_alive = false,
                        .date_line = date_.line(wall_seconds())},
                       plain);
  output_ += text;
}

// The same from within an exchange; what it has begun to answer stays.
void server_connection::refuse(exchange& of, const failure& problem) {
  if (of.started_) return;
  refuse(problem);
  of.started_ = true;
  of.answered_ = status_for(problem.code);
}

// What is waiting goes out first, in the same request.
task<> server_connection::send_piece(std::span<const std::byte> bytes, bool chunked) {
  if (chunked) output_ += chunk_head(bytes.size()).text();
  const slice parts[] = {net::part(output_), net::part(bytes),
                         net::part(chunked ? chunk_end : std::string_view{})};
  deadline_->set_deadline(saturating_add(now(), options_.write_timeout));
  cut_short_ = true;
  co_await peer_.write_all(std::span(parts));
  cut_short_ = false;
  deadline_->set_deadline(never);
  output_.clear();
}

void server_connection::append_head(exchange& of, status code, body_framing body) {
  if (continue_owed_) must_close_ = true;  // skip_body() says why
  append_response_head(output_,
                       {.status = code,
                        .body = body,
                        .peer = of.request().version,
                        .keep_alive = keep_alive_ && !must_close_,
                        .date_line = date_.line(wall_seconds())},
                       of.headers_);
  answered_ = true;
  of.answered_ = code;
}

}  // namespace pirn::http::detail
