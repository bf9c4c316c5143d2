// codec: the events that well-formed messages give, however they are cut.
#include "pirn/http/codec.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/http/codec_transcript.hpp"

namespace pirn::http {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// The transcript, after a check that every way to cut the input gives the same one.
std::string requests(std::string_view input, const codec_limits& limits = {}) {
  const std::string whole = transcribe_requests(input, in_one_piece, limits);
  EXPECT_EQ(transcribe_requests(input, byte_by_byte, limits), whole);
  for (std::size_t at = 1; at < input.size(); ++at) {
    EXPECT_EQ(transcribe_requests(input, cut_at(at), limits), whole) << "cut at " << at;
  }
  return whole;
}

std::string responses(std::string_view input, std::vector<method> asked = {method::get},
                      const codec_limits& limits = {}) {
  const std::string whole = transcribe_responses(input, asked, in_one_piece, limits);
  EXPECT_EQ(transcribe_responses(input, asked, byte_by_byte, limits), whole);
  for (std::size_t at = 1; at < input.size(); ++at) {
    EXPECT_EQ(transcribe_responses(input, asked, cut_at(at), limits), whole) << "cut at " << at;
  }
  return whole;
}

TEST(request_parser, a_request_without_a_body_is_a_head_and_an_end) {
  EXPECT_EQ(requests("GET /a?b=c HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n"),
            "head GET /a?b=c HTTP/1.1, no body\n"
            "  Host: \"example.org\"\n"
            "  Accept: \"*/*\"\n"
            "end\n"
            "closed\n");
}

TEST(request_parser, white_space_around_values_is_dropped_and_inside_it_is_kept) {
  EXPECT_EQ(requests("GET / HTTP/1.1\r\nHost:h\r\nA: \t x  y\t \r\nEmpty:\r\nBlank:   \r\n\r\n"),
            "head GET / HTTP/1.1, no body\n"
            "  Host: \"h\"\n"
            "  A: \"x  y\"\n"
            "  Empty: \"\"\n"
            "  Blank: \"\"\n"
            "end\n"
            "closed\n");
}

TEST(request_parser, a_body_with_a_length_ends_at_its_length) {
  EXPECT_EQ(requests("POST /f HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"),
            "head POST /f HTTP/1.1, 5 bytes\n"
            "  Host: \"h\"\n"
            "  Content-Length: \"5\"\n"
            "body \"hello\"\n"
            "end\n"
            "closed\n");
}

TEST(request_parser, a_length_of_zero_is_no_body) {
  EXPECT_EQ(requests("POST /f HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"),
            "head POST /f HTTP/1.1, no body\n"
            "  Host: \"h\"\n"
            "  Content-Length: \"0\"\n"
            "end\n"
            "closed\n");
}

TEST(request_parser, chunks_are_joined_and_their_extensions_dropped) {
  EXPECT_EQ(
      requests("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
               "5\r\nhello\r\n6;name=value\r\n world\r\n1;flag;q=\"a;b c\"\r\n!\r\n0\r\n\r\n"),
      "head POST / HTTP/1.1, chunked\n"
      "  Host: \"h\"\n"
      "  Transfer-Encoding: \"Chunked\"\n"
      "body \"hello world!\"\n"
      "end\n"
      "closed\n");
}

TEST(request_parser, trailers_are_kept_apart_from_the_head) {
  EXPECT_EQ(requests("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "00a\r\n0123456789\r\n000\r\nDigest: abc\r\nConnection: close\r\n\r\n"),
            "head POST / HTTP/1.1, chunked\n"
            "  Host: \"h\"\n"
            "  Transfer-Encoding: \"chunked\"\n"
            "body \"0123456789\"\n"
            "  Digest: \"abc\"\n"
            "  Connection: \"close\"\n"
            "end\n"
            "closed\n");
}

TEST(request_parser, pipelined_requests_come_one_at_a_time) {
  EXPECT_EQ(requests("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                     "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
                     "POST /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "1\r\nc\r\n0\r\n\r\n"
                     "GET /4 HTTP/1.0\r\n\r\n"),
            "head GET /1 HTTP/1.1, no body\n  Host: \"h\"\nend\n"
            "head POST /2 HTTP/1.1, 2 bytes\n  Host: \"h\"\n  Content-Length: \"2\"\n"
            "body \"ab\"\nend\n"
            "head POST /3 HTTP/1.1, chunked\n  Host: \"h\"\n  Transfer-Encoding: \"chunked\"\n"
            "body \"c\"\nend\n"
            "head GET /4 HTTP/1.0, no body, close\nend\n"
            "closed\n");
}

TEST(request_parser, it_stops_behind_each_message) {
  const std::string_view input =
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
  request_parser parser;
  const parse_step head = parser.feed(bytes(input));
  EXPECT_EQ(head.what, parsed::head);
  EXPECT_EQ(head.consumed, input.size() / 2);
  EXPECT_FALSE(parser.is_idle());
  const parse_step end = parser.feed(bytes(input.substr(head.consumed)));
  EXPECT_EQ(end.what, parsed::end);
  EXPECT_EQ(end.consumed, 0u);
  EXPECT_TRUE(parser.is_idle());
  EXPECT_EQ(parser.head().target, "/1");
}

TEST(request_parser, a_head_in_one_piece_is_not_copied) {
  const std::string_view input = "GET /here HTTP/1.1\r\nHost: h\r\n\r\n";
  request_parser parser;
  ASSERT_EQ(parser.feed(bytes(input)).what, parsed::head);
  EXPECT_EQ(parser.head().target.data(), input.data() + 4);
  EXPECT_EQ(parser.head().fields[0].value.data(), input.data() + 26);
}

TEST(request_parser, a_body_is_a_part_of_the_input) {
  const std::string_view input =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  request_parser parser;
  const std::size_t used = parser.feed(bytes(input)).consumed;
  const parse_step body = parser.feed(bytes(input.substr(used)));
  ASSERT_EQ(body.what, parsed::body);
  EXPECT_EQ(static_cast<const void*>(body.body.data()), input.data() + input.find("abc"));
  EXPECT_EQ(body.body.size(), 3u);
}

TEST(request_parser, a_kept_head_survives_its_input) {
  std::string input = "POST /kept HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n";
  request_parser parser;
  ASSERT_EQ(parser.feed(bytes(input)).what, parsed::head);
  parser.keep_head();
  input.assign(input.size(), '?');
  EXPECT_EQ(parser.head().target, "/kept");
  EXPECT_EQ(parser.head().fields.find(field_id::content_length), "9");
}

TEST(request_parser, empty_lines_before_a_request_are_skipped) {
  EXPECT_EQ(requests("\r\n\r\nGET / HTTP/1.0\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n"),
            "head GET / HTTP/1.0, no body, close\nend\n"
            "head GET / HTTP/1.0, no body, close\nend\nclosed\n");
  EXPECT_EQ(requests("\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n"),
            "error 400: too many empty lines before a request\n");
}

TEST(request_parser, keep_alive_follows_the_version_and_the_connection_field) {
  const auto keeps = [](std::string_view version, std::string_view line) {
    request_parser parser;
    const std::string input =
        "GET / HTTP/" + std::string(version) + "\r\nHost: h\r\n" + std::string(line) + "\r\n";
    EXPECT_EQ(parser.feed(bytes(input)).what, parsed::head) << input;
    return parser.head().keep_alive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: foo , CLOSE\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: foo\r\nConnection: close\r\n"));
  EXPECT_TRUE(keeps("1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(keeps("1.0", "Connection: keep-alive, close\r\n"));
}

TEST(request_parser, expect_continue_shows_in_the_head) {
  EXPECT_EQ(
      requests("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx"),
      "head PUT / HTTP/1.1, 1 bytes, expects 100\n"
      "  Host: \"h\"\n  Expect: \"100-Continue\"\n  Content-Length: \"1\"\n"
      "body \"x\"\nend\nclosed\n");
}

TEST(request_parser, an_upgrade_is_reported_at_the_end_and_may_be_declined) {
  EXPECT_EQ(requests("GET /ws HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\n"
                     "Upgrade: websocket\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
            "head GET /ws HTTP/1.1, no body, upgrade\n"
            "  Host: \"h\"\n  Connection: \"keep-alive, Upgrade\"\n  Upgrade: \"websocket\"\n"
            "upgrade\n"
            "head GET / HTTP/1.1, no body\n  Host: \"h\"\nend\nclosed\n");
  EXPECT_EQ(requests("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n"),
            "head CONNECT example.org:443 HTTP/1.1, no body, upgrade\n"
            "  Host: \"example.org\"\nupgrade\nclosed\n");
}

TEST(request_parser, an_upgrade_with_a_chunked_body_comes_after_the_body) {
  EXPECT_EQ(requests("POST / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
            "head POST / HTTP/1.1, chunked, upgrade\n"
            "  Host: \"h\"\n  Connection: \"upgrade\"\n  Upgrade: \"x\"\n"
            "  Transfer-Encoding: \"chunked\"\nbody \"ab\"\nupgrade\nclosed\n");
}

TEST(request_parser, all_forms_of_target_are_taken) {
  EXPECT_EQ(requests("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"
                     "GET http://other:81/p?q HTTP/1.1\r\nHost: h\r\n\r\n"),
            "head OPTIONS * HTTP/1.1, no body\n  Host: \"h\"\nend\n"
            "head GET http://other:81/p?q HTTP/1.1, no body\n  Host: \"h\"\nend\nclosed\n");
}

TEST(request_parser, a_connection_that_ends_inside_a_message_says_how_far_it_came) {
  EXPECT_EQ(requests("GET / HTT"),
            "error 400: the connection ended after 9 bytes of a request head\n");
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n";
  const std::string told =
      "head POST / HTTP/1.1, 10 bytes\n  Host: \"h\"\n  Content-Length: \"10\"\n";
  EXPECT_EQ(requests(head + "abc"),
            told +
                "body \"abc\"\n"
                "error 400: the connection ended after 3 of 10 bytes of a request body\n");
  EXPECT_EQ(requests(head),
            told + "error 400: the connection ended after 0 of 10 bytes of a request body\n");
  EXPECT_EQ(requests("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
            "head POST / HTTP/1.1, chunked\n  Host: \"h\"\n  Transfer-Encoding: \"chunked\"\n"
            "body \"ab\"\n"
            "error 400: the connection ended after 2 bytes of a chunked request body, "
            "before its end\n");
}

TEST(request_parser, an_error_stays) {
  request_parser parser;
  EXPECT_EQ(parser.feed(bytes("?")).what, parsed::error);
  EXPECT_EQ(parser.feed(bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n")).what, parsed::error);
  EXPECT_EQ(parser.finish().what, parsed::error);
  EXPECT_EQ(parser.error().code, errc::bad_start_line);
}

TEST(response_parser, a_body_with_a_length_or_in_chunks_is_followed_by_the_next_response) {
  EXPECT_EQ(responses("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
                      "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n0\r\n\r\n",
                      {method::get, method::post}),
            "head HTTP/1.1 200 \"OK\", 2 bytes\n  Content-Length: \"2\"\nbody \"hi\"\nend\n"
            "head HTTP/1.1 404 \"Not Found\", chunked\n  Transfer-Encoding: \"chunked\"\n"
            "body \"abc\"\nend\nclosed\n");
}

TEST(response_parser, a_body_without_a_length_lasts_until_the_connection_ends) {
  EXPECT_EQ(responses("HTTP/1.1 200 OK\r\nA: b\r\n\r\nall of it"),
            "head HTTP/1.1 200 \"OK\", until close, close\n  A: \"b\"\n"
            "body \"all of it\"\nend\nclosed\n");
  EXPECT_EQ(responses("HTTP/1.0 200 OK\r\n\r\n"),
            "head HTTP/1.0 200 \"OK\", until close, close\nend\nclosed\n");
}

TEST(response_parser, nothing_follows_a_body_that_lasted_until_the_connection_ended) {
  response_parser parser;
  parser.begin(method::get);
  const std::string_view input = "HTTP/1.1 200 OK\r\n\r\n";
  EXPECT_EQ(parser.feed(bytes(input)).what, parsed::head);
  EXPECT_EQ(parser.finish().what, parsed::end);
  EXPECT_TRUE(parser.is_idle());
  EXPECT_EQ(parser.finish().what, parsed::closed);
  EXPECT_EQ(parser.feed({}).what, parsed::closed);
  EXPECT_DEATH(parser.begin(method::get), "has not ended");
}

TEST(response_parser, the_answer_to_head_has_no_body_whatever_its_length) {
  EXPECT_EQ(
      responses("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
                {method::head, method::get}),
      "head HTTP/1.1 200 \"OK\", no body\n  Content-Length: \"99\"\nend\n"
      "head HTTP/1.1 200 \"OK\", 1 bytes\n  Content-Length: \"1\"\nbody \"x\"\nend\nclosed\n");
  EXPECT_EQ(responses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", {method::head}),
            "head HTTP/1.1 200 \"OK\", no body\n  Transfer-Encoding: \"chunked\"\nend\nclosed\n");
}

TEST(response_parser, statuses_204_and_304_have_no_body) {
  EXPECT_EQ(responses("HTTP/1.1 204 No Content\r\n\r\n"
                      "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: \"x\"\r\n\r\n",
                      {method::get, method::get}),
            "head HTTP/1.1 204 \"No Content\", no body\nend\n"
            "head HTTP/1.1 304 \"Not Modified\", no body\n"
            "  Content-Length: \"7\"\n  ETag: \"\\\"x\\\"\"\nend\nclosed\n");
}

TEST(response_parser, interim_responses_come_before_the_one_that_counts) {
  EXPECT_EQ(
      responses("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"),
      "head HTTP/1.1 100 \"Continue\", no body\nend\n"
      "head HTTP/1.1 103 \"Early Hints\", no body\n  Link: \"</a>\"\nend\n"
      "head HTTP/1.1 200 \"OK\", 1 bytes\n  Content-Length: \"1\"\nbody \"x\"\nend\nclosed\n");
}

TEST(response_parser, switching_protocols_leaves_the_rest_to_others) {
  EXPECT_EQ(responses("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                      "Upgrade: websocket\r\n\r\n\x81\x05hello"),
            "head HTTP/1.1 101 \"Switching Protocols\", no body\n"
            "  Connection: \"upgrade\"\n  Upgrade: \"websocket\"\nupgrade\n");
  EXPECT_EQ(responses("HTTP/1.1 200 OK\r\n\r\nany bytes", {method::connect}),
            "head HTTP/1.1 200 \"OK\", no body\nupgrade\n");
}

TEST(response_parser, a_refused_connect_has_a_body_as_any_response) {
  EXPECT_EQ(responses("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", {method::connect}),
            "head HTTP/1.1 403 \"Forbidden\", 2 bytes\n  Content-Length: \"2\"\n"
            "body \"no\"\nend\nclosed\n");
}

TEST(response_parser, the_reason_may_be_missing) {
  EXPECT_EQ(responses("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\nHTTP/1.1 299\r\nA: b\r\n"
                      "Content-Length: 0\r\n\r\n",
                      {method::get, method::get}),
            "head HTTP/1.1 200 \"\", no body\n  Content-Length: \"0\"\nend\n"
            "head HTTP/1.1 299 \"\", no body\n  A: \"b\"\n  Content-Length: \"0\"\nend\nclosed\n");
}

TEST(response_parser, bytes_that_no_request_asked_for_are_an_error) {
  EXPECT_EQ(responses("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
            "head HTTP/1.1 200 \"OK\", no body\n  Content-Length: \"0\"\nend\n"
            "error 400: bytes that no request has asked for\n");
}

TEST(response_parser, a_truncated_body_says_how_much_of_how_much_came) {
  EXPECT_EQ(responses("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789"),
            "head HTTP/1.1 200 \"OK\", 20 bytes\n  Content-Length: \"20\"\nbody \"0123456789\"\n"
            "error 400: the connection ended after 10 of 20 bytes of a response body\n");
}

TEST(response_parser, a_server_that_closes_before_it_answers_has_sent_nothing) {
  response_parser parser;
  parser.begin(method::get);
  EXPECT_FALSE(parser.is_idle());
  EXPECT_EQ(parser.finish().what, parsed::closed);
}

}  // namespace
}  // namespace pirn::http
