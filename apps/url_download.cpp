#include "url_download.hpp"

#include <span>
#include <system_error>
#include <utility>

#include "pirn/core/within.hpp"
#include "pirn/http/range.hpp"
#include "pirn/http/wall_clock.hpp"
#include "retry_policy.hpp"

namespace pirn::apps {

namespace {

constexpr std::size_t small_max_bytes = 32 * 1024;

http::request_content conditions_of(const url_job& job) {
  http::request_content asking;
  if (job.resume) {
    const std::string from = "bytes=" + std::to_string(job.resume->there_bytes) + "-";
    asking.headers.add(http::field_id::range, from);
    asking.headers.add(http::field_id::if_range, job.resume->validator);
  }
  return asking;
}

// Whether a 206 is what was asked for: the rest of the same file.
bool continues(const http::response& answer, const resume_point& from) {
  const auto value = answer.headers().find(http::field_id::content_range);
  const auto range = http::parse_content_range(value.value_or(""));
  return range && range->range && range->range->first == from.there_bytes &&
         range->size_bytes.value_or(from.whole_bytes) == from.whole_bytes;
}

// Reads a body that nobody wants, so that its connection can be used again, unless it is long.
task<> skip_body(http::response& answer) {
  constexpr std::size_t patience_bytes = 64 * 1024;
  std::size_t read = 0;
  while (read <= patience_bytes) {
    std::span<const std::byte> piece = co_await answer.read();
    if (piece.empty()) co_return;
    read += piece.size();
  }
}

status_error refusal_of(const http::response& answer) {
  const auto value = answer.headers().find(http::field_id::retry_after);
  return {answer.status(), value ? parse_retry_after(*value, http::wall_seconds()) : std::nullopt};
}

// Asks; a server that does not go on where it should is asked once more, for everything.
task<http::response> ask(const download_tools& tools, url_job& job) {
  for (;;) {
    http::response answer =
        co_await tools.client.request(http::method::get, job.url, conditions_of(job));
    job.status = answer.status();
    const bool is_part = answer.status() == http::status::partial_content;
    const bool is_beyond = answer.status() == http::status::range_not_satisfiable;
    const bool is_wrong = job.resume && (is_beyond || (is_part && !continues(answer, *job.resume)));
    if (!is_wrong) {
      if (answer.ok() && (job.resume || !is_part)) co_return answer;
      status_error refusal = refusal_of(answer);
      co_await skip_body(answer);
      throw refusal;
    }
    co_await skip_body(answer);
    job.resume.reset();
    co_await discard_partial(job.path);
  }
}

// Returns: true when the body has ended; false when it is too large to be gathered.
task<bool> gather(const download_tools& tools, http::response& answer, std::string& body) {
  const std::optional<std::uint64_t> length = answer.content_length();
  if (length.value_or(0) > small_max_bytes) co_return false;
  body.reserve(length.value_or(0));
  while (body.size() <= small_max_bytes) {
    std::span<const std::byte> piece = co_await answer.read();
    if (piece.empty()) co_return true;
    tools.arrived(piece.size());
    body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  co_return false;
}

task<> receive(const download_tools& tools, http::response& answer, partial_download& into) {
  for (;;) {
    std::span<const std::byte> piece = co_await answer.read();
    if (piece.empty()) break;
    tools.arrived(piece.size());
    co_await into.write(piece);
  }
}

task<> receive_rest(const download_tools& tools, http::response& answer, const resume_point& from,
                    partial_download& into) {
  const std::uint64_t whole_bytes = from.whole_bytes;
  co_await into.go_on(from);
  co_await receive(tools, answer, into);
  if (into.there_bytes() == whole_bytes) co_return;
  throw http::failure{http::errc::cut_short, "the range ended after " +
                                                 std::to_string(into.there_bytes()) + " of " +
                                                 std::to_string(whole_bytes) + " bytes"}
      .as_exception("GET " + answer.location().to_string());
}

task<> receive_whole(const download_tools& tools, http::response& answer, const url_job& job,
                     const std::string& beginning, partial_download& into) {
  resume_point point{.url = job.url.to_string(),
                     .whole_bytes = answer.content_length().value_or(0)};
  if (point.whole_bytes > 0) point.validator = validator_of(answer.headers());
  co_await into.begin(std::move(point));
  co_await into.write(std::as_bytes(std::span(beginning)));
  co_await receive(tools, answer, into);
}

task<> receive_and_finish(const download_tools& tools, http::response& answer, const url_job& job,
                          const std::string& beginning, partial_download& into) {
  if (answer.status() == http::status::partial_content) {
    co_await receive_rest(tools, answer, *job.resume, into);
  } else {
    co_await receive_whole(tools, answer, job, beginning, into);
  }
  co_await into.finish();
}

// The file is written while it arrives. What goes wrong leaves a part to go on with, or nothing.
task<> stream(const download_tools& tools, http::response& answer, url_job& job,
              const std::string& beginning) {
  partial_download file(job.path, tools.storing);
  std::exception_ptr error;
  try {
    co_await receive_and_finish(tools, answer, job, beginning, file);
    job.size_bytes = file.there_bytes();
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return;
  job.resume = co_await file.suspend();
  if (!job.resume) co_await discard_partial(job.path);
  std::rethrow_exception(error);
}

task<> store(const download_tools& tools, url_job& job, const std::string& body) {
  try {
    co_await tools.files.write(job.path, std::as_bytes(std::span(body)));
  } catch (const std::system_error& error) {
    throw storage_error(error.what());
  }
  job.size_bytes = body.size();
}

}  // namespace

task<> attempt_download(const download_tools& tools, url_job& job) {
  ++job.attempts;
  if (std::exchange(job.look_for_partial, false)) {
    job.resume = co_await load_resume_point(job.path, job.url.to_string());
    if (!job.resume) co_await discard_partial(job.path);
  }
  http::response answer = co_await ask(tools, job);
  const bool goes_on = answer.status() == http::status::partial_content;
  job.resumed_from = goes_on ? job.resume->there_bytes : 0;
  if (job.resume && !goes_on) {  // the resource has changed
    job.resume.reset();
    co_await discard_partial(job.path);
  }
  std::string body;
  bool is_whole = false;
  if (!goes_on) is_whole = co_await gather(tools, answer, body);
  if (is_whole) {
    co_await store(tools, job, body);
  } else {
    co_await stream(tools, answer, job, body);
  }
}

}  // namespace pirn::apps
