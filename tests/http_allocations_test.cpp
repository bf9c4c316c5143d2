// Once warm, the HTTP codec allocates nothing: neither for requests nor for responses, in one piece
// or in several.
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "pirn/http/codec.hpp"
#include "pirn/http/date.hpp"
#include "pirn/http/serialize.hpp"
#include "tests/allocations_test.hpp"

namespace pirn::http {
namespace {

/// Feeds `input` in pieces of `piece_bytes`; for each message that has ended calls `on_end`.
template <class Parser, class OnEnd>
void feed(Parser& parser, std::string_view input, std::size_t piece_bytes, OnEnd on_end) {
  while (!input.empty()) {
    std::span<const std::byte> piece = std::as_bytes(std::span(input.substr(0, piece_bytes)));
    input.remove_prefix(piece.size());
    for (parse_step step{parsed::head, 0, {}}; step.what != parsed::need_more;) {
      step = parser.feed(piece);
      piece = piece.subspan(step.consumed);
      ASSERT_NE(step.what, parsed::error) << parser.error().what;
      if (step.what == parsed::end) on_end();
    }
  }
}

/// How often `run` allocates after it has run once.
template <class Run>
std::size_t allocations_once_warm(Run run) {
  run();
  const std::size_t before = allocations;
  for (int i = 0; i < 10; ++i) run();
  return allocations - before;
}

TEST(http_allocations, requests_are_read_and_answered_without_any) {
  const std::string_view input =
      "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\nConnection: "
      "keep-alive\r\n\r\n"
      "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
      "POST /form HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;a=b\r\nhello\r\n0\r\nDigest: x\r\n\r\n";
  for (const std::size_t piece_bytes : {input.size(), std::size_t{1}, std::size_t{7}}) {
    request_parser parser;
    date_cache dates;
    fields answer_fields;
    std::string output;
    std::size_t answers = 0;
    const std::size_t found = allocations_once_warm([&] {
      output.clear();
      feed(parser, input, piece_bytes, [&] {
        answer_fields.clear();
        answer_fields.add(field_id::content_type, "text/plain; charset=utf-8");
        append_response_head(
            output,
            {.body = {framing::length, 13},
             .date_line = dates.line(std::chrono::sys_seconds(std::chrono::seconds(answers)))},
            answer_fields);
        output.append("Hello, world!");
        ++answers;
      });
    });
    EXPECT_EQ(found, 0u) << "in pieces of " << piece_bytes;
    EXPECT_EQ(answers, 33u);
  }
}

TEST(http_allocations, responses_are_asked_for_and_read_without_any) {
  const std::string_view input =
      "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: image/gif\r\n"
      "Content-Length: 5\r\n\r\nGIF89";
  for (const std::size_t piece_bytes : {input.size(), std::size_t{1}, std::size_t{7}}) {
    response_parser parser;
    fields request_fields;
    request_fields.add(field_id::accept, "*/*");
    std::string output;
    std::size_t ended = 0;
    const std::size_t found = allocations_once_warm([&] {
      output.clear();
      append_request_head(output, {.target = "/flags/cn/cn.gif", .host = "localhost:8080"},
                          request_fields);
      parser.begin(method::get);
      feed(parser, input, piece_bytes, [&] { ++ended; });
    });
    EXPECT_EQ(found, 0u) << "in pieces of " << piece_bytes;
    EXPECT_EQ(ended, 11u);
  }
}

}  // namespace
}  // namespace pirn::http
