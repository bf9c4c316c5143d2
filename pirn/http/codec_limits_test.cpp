// codec: what is larger than its limit is refused, at the same byte however the input is cut.
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/http/codec.hpp"
#include "pirn/http/codec_transcript.hpp"

namespace pirn::http {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// The transcript, after a check that it does not depend on how the input is cut.
std::string requests(const std::string& input, const codec_limits& limits) {
  const std::string whole = transcribe_requests(input, in_one_piece, limits);
  EXPECT_EQ(transcribe_requests(input, byte_by_byte, limits), whole);
  for (std::size_t at = 1; at < input.size(); at += 3) {
    EXPECT_EQ(transcribe_requests(input, cut_at(at), limits), whole) << "cut at " << at;
  }
  return whole;
}

std::string get(const std::string& target, const std::string& lines = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n";
}

TEST(codec_limits, a_request_line_over_its_limit_is_answered_414) {
  const codec_limits limits{.start_line_max_bytes = 100};
  // "GET " and " HTTP/1.1" leave room for 87 of the 100 bytes; the line's end does not count.
  const std::string fits = '/' + std::string(86, 'a');
  EXPECT_TRUE(requests(get(fits), limits).ends_with("end\nclosed\n"));
  EXPECT_EQ(requests(get(fits + 'a'), limits), "error 414: request line: longer than 100 bytes\n");
  EXPECT_EQ(requests(get(std::string(1000, '/')), limits),
            "error 414: request line: longer than 100 bytes\n");
}

TEST(codec_limits, a_head_over_its_limit_is_answered_431) {
  const codec_limits limits{.head_max_bytes = 200};
  const std::string empty = get("/", "A: \r\n");
  const std::string fits = get("/", "A: " + std::string(200 - empty.size(), 'x') + "\r\n");
  ASSERT_EQ(fits.size(), 200u);
  EXPECT_TRUE(requests(fits, limits).ends_with("end\nclosed\n"));
  EXPECT_EQ(requests(get("/", "A: " + std::string(201 - empty.size(), 'x') + "\r\n"), limits),
            "error 431: head: longer than 200 bytes\n");
}

TEST(codec_limits, an_endless_head_is_refused_and_does_not_grow) {
  request_parser parser;
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
  ASSERT_EQ(parser.feed(bytes(start)).what, parsed::need_more);
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  std::size_t fed = start.size();
  for (int i = 0; i < 1000; ++i) {
    const parse_step step = parser.feed(bytes(line));
    fed += step.consumed;
    if (step.what == parsed::error) break;
  }
  EXPECT_EQ(parser.error().code, errc::head_too_large);
  EXPECT_LE(fed, codec_limits{}.head_max_bytes);
}

TEST(codec_limits, too_many_fields_are_answered_431) {
  const codec_limits limits{.fields_max = 3};
  EXPECT_TRUE(requests(get("/", "A: 1\r\nB: 2\r\n"), limits).ends_with("end\nclosed\n"));
  EXPECT_EQ(requests(get("/", "A: 1\r\nB: 2\r\nC: 3\r\n"), limits),
            "error 431: over 3 header fields\n");
}

TEST(codec_limits, trailers_have_the_limits_of_heads) {
  const std::string start =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n";
  const std::string told =
      "head POST / HTTP/1.1, chunked\n  Host: \"h\"\n  Transfer-Encoding: \"chunked\"\nbody "
      "\"x\"\n";
  EXPECT_EQ(requests(start + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", {.fields_max = 2}),
            told + "error 431: over 2 header fields\n");
  EXPECT_EQ(requests(start + "A: " + std::string(200, 'x') + "\r\n\r\n", {.head_max_bytes = 100}),
            told + "error 431: trailers: longer than 100 bytes\n");
}

TEST(codec_limits, a_declared_length_over_the_limit_is_answered_413_before_the_body) {
  const codec_limits limits{.body_max_bytes = 10};
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ";
  EXPECT_TRUE(requests(head + "10\r\n\r\n0123456789", limits).ends_with("end\nclosed\n"));
  EXPECT_TRUE(
      requests(head + "11\r\n\r\n", limits)
          .ends_with("\"11\"\nerror 413: request body of 11 bytes: longer than 10 bytes\n"));
}

TEST(codec_limits, chunks_that_add_up_to_too_much_are_answered_413) {
  const codec_limits limits{.body_max_bytes = 10};
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_TRUE(
      requests(head + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", limits).ends_with("end\nclosed\n"));
  EXPECT_TRUE(requests(head + "5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n", limits)
                  .ends_with("body \"01234\"\nerror 413: request body: longer than 10 bytes\n"));
  EXPECT_TRUE(requests(head + "ffffffffffffffff\r\n", limits)
                  .ends_with("error 413: request body: longer than 10 bytes\n"));
}

TEST(codec_limits, the_limit_of_one_body_can_be_set_when_its_head_is_known) {
  const std::string input =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n";
  request_parser parser({.body_max_bytes = 2});
  std::span<const std::byte> rest = bytes(input);
  rest = rest.subspan(parser.feed(rest).consumed);
  parser.limit_body(3);
  const parse_step body = parser.feed(rest);
  EXPECT_EQ(body.what, parsed::body);
  rest = rest.subspan(body.consumed);
  EXPECT_EQ(parser.feed(rest).what, parsed::end);
  const parse_step head = parser.feed(rest);
  EXPECT_EQ(head.what, parsed::head);
  EXPECT_EQ(parser.feed(rest.subspan(head.consumed)).what, parsed::error);
  EXPECT_EQ(parser.error().code, errc::body_too_large);
}

TEST(codec_limits, a_body_until_the_close_is_limited_too) {
  const std::vector<method> asked{method::get};
  const std::string input = "HTTP/1.1 200 OK\r\n\r\n0123456789";
  const codec_limits fits{.body_max_bytes = 10};
  const codec_limits less{.body_max_bytes = 9};
  EXPECT_TRUE(transcribe_responses(input, asked, in_one_piece, fits).ends_with("end\nclosed\n"));
  for (std::size_t at = 1; at < input.size(); ++at) {
    EXPECT_TRUE(transcribe_responses(input, asked, cut_at(at), less)
                    .ends_with("body \"012345678\"\n"
                               "error 413: response body: longer than 9 bytes\n"));
  }
}

TEST(codec_limits, a_chunk_head_over_its_limit_is_refused) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const codec_limits limits{.chunk_head_max_bytes = 20};
  EXPECT_TRUE(requests(head + "1;" + std::string(16, 'x') + "\r\na\r\n0\r\n\r\n", limits)
                  .ends_with("end\nclosed\n"));
  EXPECT_TRUE(requests(head + "1;" + std::string(17, 'x') + "\r\na\r\n0\r\n\r\n", limits)
                  .ends_with("error 400: chunk head: longer than 20 bytes\n"));
  EXPECT_TRUE(requests(head + std::string(30, '0') + "1\r\na\r\n0\r\n\r\n", limits)
                  .ends_with("error 400: chunk head: longer than 20 bytes\n"));
}

TEST(codec_limits, many_chunks_with_long_extensions_are_refused) {
  std::string input = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 10; ++i) input += "1;" + std::string(50, 'x') + "\r\na\r\n";
  EXPECT_TRUE(requests(input + "0\r\n\r\n", {}).ends_with("end\nclosed\n"));
  EXPECT_TRUE(requests(input + "0\r\n\r\n", {.chunk_waste_max_bytes = 300})
                  .ends_with("error 400: chunk heads: over 300 bytes of extensions in one body\n"));
}

TEST(codec_limits, many_small_plain_chunks_are_no_waste) {
  std::string input = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) input += "1\r\na\r\n";
  EXPECT_TRUE(transcribe_requests(input + "0\r\n\r\n", in_one_piece, {.chunk_waste_max_bytes = 0})
                  .ends_with("end\nclosed\n"));
}

}  // namespace
}  // namespace pirn::http
