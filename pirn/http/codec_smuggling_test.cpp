// codec: messages that two readers could understand in two ways, or that are no HTTP at all, are
// refused; each with a sentence that names what is wrong, and the same one however the input is
// cut.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "pirn/http/codec.hpp"
#include "pirn/http/codec_transcript.hpp"

namespace pirn::http {
namespace {

using namespace std::string_literals;

/// The last line of the transcript, which must be the same for every cut.
std::string last_line(const std::string& transcript) {
  const std::size_t line = transcript.rfind('\n', transcript.size() - 2);
  return transcript.substr(line + 1);  // npos + 1 is 0
}

std::string refused_request(const std::string& input) {
  const std::string whole = transcribe_requests(input, in_one_piece);
  EXPECT_EQ(transcribe_requests(input, byte_by_byte), whole);
  for (std::size_t at = 1; at < input.size(); ++at) {
    EXPECT_EQ(transcribe_requests(input, cut_at(at)), whole) << "cut at " << at;
  }
  return last_line(whole);
}

std::string refused_response(const std::string& input, method asked = method::get) {
  const std::vector<method> methods{asked};
  const std::string whole = transcribe_responses(input, methods, in_one_piece);
  EXPECT_EQ(transcribe_responses(input, methods, byte_by_byte), whole);
  for (std::size_t at = 1; at < input.size(); ++at) {
    EXPECT_EQ(transcribe_responses(input, methods, cut_at(at)), whole) << "cut at " << at;
  }
  return last_line(whole);
}

/// What a GET with these lines in its head comes to.
std::string with_lines(const std::string& lines) {
  return refused_request("GET / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n");
}

/// What a chunked POST with this body comes to.
std::string with_chunks(const std::string& body) {
  return refused_request("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
}

TEST(request_smuggling, two_lengths_are_refused_even_when_they_agree) {
  EXPECT_EQ(with_lines("Content-Length: 1\r\nContent-Length: 2\r\n"),
            "error 400: header field \"Content-Length\": duplicate Content-Length (byte 60)\n");
  EXPECT_EQ(with_lines("Content-Length: 1\r\nContent-Length: 1\r\n"),
            "error 400: header field \"Content-Length\": duplicate Content-Length (byte 60)\n");
  EXPECT_EQ(with_lines("Content-Length: 1, 1\r\n"),
            "error 400: header field \"Content-Length\": invalid character in Content-Length "
            "(byte 42)\n");
}

TEST(request_smuggling, a_length_that_is_no_plain_number_is_refused) {
  for (const char* const value :
       {"+1", "-1", "0x1", "1 1", "1a", "1.0", "\"1\"", "1;", "1e3", ""}) {
    const std::string told = with_lines("Content-Length: "s + value + "\r\n");
    EXPECT_TRUE(told.starts_with("error 400: header field \"Content-Length\": ")) << value << told;
  }
  EXPECT_EQ(with_lines("Content-Length: 18446744073709551616\r\n"),
            "error 400: header field \"Content-Length\": Content-Length overflow (byte 61)\n");
}

TEST(request_smuggling, a_length_beside_a_transfer_coding_is_refused_in_both_orders) {
  EXPECT_TRUE(
      with_lines("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n").starts_with("error 400: "));
  EXPECT_TRUE(
      with_lines("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n").starts_with("error 400: "));
  EXPECT_TRUE(
      with_lines("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n").starts_with("error 400: "));
}

TEST(request_smuggling, a_transfer_coding_that_is_not_plainly_chunked_is_refused) {
  for (const char* const value :
       {"gzip", "gzip, chunked", "chunked, gzip", "identity", "chunked;q=1", "x chunked", "chunke",
        "chunkedd", "\"chunked\"", "chunked,", ",chunked"}) {
    const std::string told = with_lines("Transfer-Encoding: "s + value + "\r\n");
    EXPECT_TRUE(told.starts_with("error 501: ") || told.starts_with("error 400: "))
        << value << told;
  }
  EXPECT_EQ(with_lines("Transfer-Encoding: gzip\r\n"),
            "error 501: Transfer-Encoding \"gzip\" is not supported\n");
  EXPECT_TRUE(with_lines("Transfer-Encoding: chunked, chunked\r\n").starts_with("error 400: "));
  EXPECT_TRUE(with_lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")
                  .starts_with("error 400: "));
  EXPECT_TRUE(with_lines("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n")
                  .starts_with("error 400: "));
  EXPECT_TRUE(with_lines("Transfer-Encoding: \x0b"s + "chunked\r\n").starts_with("error 400: "));
  EXPECT_TRUE(with_lines("Transfer-Encoding:\r\n").starts_with("error 501: "));
}

TEST(request_smuggling, a_transfer_coding_in_version_1_0_is_refused) {
  EXPECT_EQ(refused_request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            "error 400: Transfer-Encoding in an HTTP/1.0 message\n");
}

TEST(request_smuggling, a_folded_line_is_refused) {
  EXPECT_EQ(with_lines("A: b\r\n c\r\n"), "error 400: header field \"A\": it is folded\n");
  EXPECT_EQ(with_lines("A: b\r\n\tc\r\n"), "error 400: header field \"A\": it is folded\n");
  EXPECT_EQ(with_lines("A:\r\n b\r\n"), "error 400: header field \"A\": it is folded\n");
  EXPECT_EQ(with_lines("A:\r\n \r\n"), "error 400: header field \"A\": it is folded\n");
  EXPECT_EQ(with_lines("A: b\r\n \r\n"), "error 400: header field \"A\": it is folded\n");
  EXPECT_TRUE(with_lines("Transfer-Encoding:\r\n chunked\r\n").ends_with("it is folded\n"));
  EXPECT_TRUE(with_lines("Content-Length: 1\r\n 2\r\n").starts_with("error 400: "));
  EXPECT_TRUE(with_lines("Connection: x\r\n close\r\n").ends_with("it is folded\n"));
}

TEST(request_smuggling, white_space_before_a_colon_or_a_name_is_refused) {
  EXPECT_TRUE(with_lines("A : b\r\n").starts_with("error 400: header field \"A"));
  EXPECT_TRUE(with_lines("A\t: b\r\n").starts_with("error 400: header field \"A"));
  EXPECT_TRUE(
      with_lines("Content-Length : 3\r\n").starts_with("error 400: header field \"Content"));
  EXPECT_TRUE(with_lines("Transfer-Encoding : chunked\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("GET / HTTP/1.1\r\n Host: h\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("GET / HTTP/1.1\r\n\tHost: h\r\n\r\n").starts_with("error 400: "));
}

TEST(request_smuggling, a_name_must_be_a_token) {
  EXPECT_EQ(with_lines(": b\r\n"), "error 400: a header field without a name\n");
  for (const char* const name :
       {"A B", "A(", "A/B", "A@", "A\"", "A,B", "A;", "A[", "\xc3\xa4", "A\x7f"}) {
    EXPECT_TRUE(with_lines(name + ": b\r\n"s).starts_with("error 400: header field ")) << name;
  }
  EXPECT_TRUE(with_lines("A\0B: c\r\n"s).starts_with("error 400: "));
  EXPECT_TRUE(with_lines("no colon\r\n").starts_with("error 400: "));
}

TEST(request_smuggling, control_characters_in_values_are_refused) {
  for (const char c : "\0\1\10\13\14\33\177"s) {
    EXPECT_EQ(with_lines("A: b"s + c + "c\r\n"),
              "error 400: header field \"A\": invalid header value char (byte 29)\n");
  }
}

TEST(request_smuggling, a_line_feed_alone_ends_no_line) {
  EXPECT_TRUE(refused_request("GET / HTTP/1.1\nHost: h\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("GET / HTTP/1.1\r\nHost: h\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("GET / HTTP/1.1\r\nHost: h\r\n\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("GET / HTTP/1.1\r\nHost: h\r\nA:\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("GET / HTTP/1.1\r\nHost: h\n\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("GET / HTTP/1.0\n\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("GET / HTTP/1.0\r\n\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("\nGET / HTTP/1.0\r\n\r\n").starts_with("error 400: "));
}

TEST(request_smuggling, a_carriage_return_alone_ends_no_line) {
  EXPECT_TRUE(refused_request("GET / HTTP/1.1\rHost: h\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(
      refused_request("GET / HTTP/1.1\r\nHost: h\rA: b\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("GET / HTTP/1.1\r\nHost: h\r\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(
      refused_request("GET / HTTP/1.1\r\nHost: h\r\n\rA: b\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(
      refused_request("GET / HTTP/1.1\r\nHost: h\r\nA:\rb\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_request("\rGET / HTTP/1.0\r\n\r\n").starts_with("error 400: "));
}

TEST(request_smuggling, chunk_sizes_are_hexadecimal_digits_only) {
  for (const char* const size : {"", " 1", "1 ", "+1", "-1", "0x1", "g", "1\t", "\"1\""}) {
    EXPECT_TRUE(with_chunks(size + "\r\nx\r\n0\r\n\r\n"s).starts_with("error 400: chunk: "))
        << size;
  }
  EXPECT_EQ(with_chunks("10000000000000000\r\n"), "error 400: chunk: chunk size overflow\n");
  EXPECT_EQ(with_chunks("ffffffffffffffff0\r\n"), "error 400: chunk: chunk size overflow\n");
}

TEST(request_smuggling, the_lines_of_chunks_end_with_both_characters) {
  EXPECT_TRUE(with_chunks("1\nx\r\n0\r\n\r\n").starts_with("error 400: chunk: "));
  EXPECT_TRUE(with_chunks("1\rx\r\n0\r\n\r\n").starts_with("error 400: chunk: "));
  EXPECT_TRUE(with_chunks("1\r\nx\n0\r\n\r\n").starts_with("error 400: chunk: "));
  EXPECT_TRUE(with_chunks("1\r\nx\r0\r\n\r\n").starts_with("error 400: chunk: "));
  EXPECT_TRUE(with_chunks("1\r\nx0\r\n\r\n").starts_with("error 400: chunk: "));
  EXPECT_TRUE(with_chunks("1\r\nxy\r\n0\r\n\r\n").starts_with("error 400: chunk: "));
  EXPECT_TRUE(with_chunks("1;a=b\nx\r\n0\r\n\r\n").starts_with("error 400: chunk: "));
  EXPECT_TRUE(with_chunks("1;a=\"b\nc\"\r\nx\r\n0\r\n\r\n").starts_with("error 400: chunk: "));
  EXPECT_TRUE(with_chunks("0\r\n\n").starts_with("error 400: "));
  EXPECT_TRUE(with_chunks("0\n\r\n").starts_with("error 400: "));
}

TEST(request_smuggling, trailers_are_held_to_the_rules_of_heads) {
  EXPECT_EQ(with_chunks("0\r\nContent-Length: 5\r\n\r\n"),
            "error 400: trailer field \"Content-Length\": it cannot come after the body\n");
  EXPECT_TRUE(
      with_chunks("0\r\nTransfer-Encoding: chunked\r\n\r\n").starts_with("error 400: trailer"));
  EXPECT_TRUE(with_chunks("0\r\nA: b\r\n c\r\n\r\n").starts_with("error 400: trailer field \"A\""));
  EXPECT_TRUE(with_chunks("0\r\nA: b\n\r\n").starts_with("error 400: trailer field \"A\""));
  EXPECT_TRUE(with_chunks("0\r\nA: b\r\n\n").starts_with("error 400: "));
  EXPECT_TRUE(with_chunks("0\r\nA : b\r\n\r\n").starts_with("error 400: trailer field"));
}

TEST(request_smuggling, the_request_line_has_single_spaces_and_a_known_form) {
  for (const char* const line :
       {"GET  / HTTP/1.1",   "GET /  HTTP/1.1",        "GET / HTTP/1.1 ",    " GET / HTTP/1.1",
        "GET\t/ HTTP/1.1",   "GET /\tHTTP/1.1",        "GET / HTTP/1.1 x",   "GET HTTP/1.1",
        "GET /a b HTTP/1.1", "GET / http/1.1",         "GET / HTTP/1",       "GET / HTTP/1.",
        "GET / HTTP/11",     "GET / HTTP/ 1.1",        "GET / HTTPS/1.1",    "GET / RTSP/1.0",
        "SOURCE / ICE/1.0",  "GET /#f HTTP/1.1",       "GET * HTTP/1.1",     "OPTIONS *x HTTP/1.1",
        "GET \x01 HTTP/1.1", "GET /\xc3\xa4 HTTP/1.1", "GET /\x7f HTTP/1.1", "GET ://x HTTP/1.1"}) {
    const std::string told = refused_request(line + "\r\nHost: h\r\n\r\n"s);
    EXPECT_TRUE(told.starts_with("error 400: request line: ") ||
                told.starts_with("error 501: request line: "))
        << line << " -> " << told;
  }
  EXPECT_TRUE(refused_request("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s).starts_with("error 400: "));
}

TEST(request_smuggling, other_versions_are_answered_505) {
  for (const char* const version : {"0.9", "1.2", "1.9", "2.0", "3.0", "9.9"}) {
    EXPECT_TRUE(refused_request("GET / HTTP/"s + version + "\r\nHost: h\r\n\r\n")
                    .starts_with("error 505: "))
        << version;
  }
  EXPECT_EQ(refused_request("GET /\r\nHost: h\r\n\r\n"),
            "error 505: request line: no HTTP version at its end\n");
  EXPECT_EQ(refused_request("GET /\r\n\r\n"),
            "error 505: request line: no HTTP version at its end\n");
  EXPECT_EQ(refused_request("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            "error 505: request line: HTTP/2 is not spoken here\n");
}

TEST(request_smuggling, unknown_methods_are_answered_501_and_noise_400) {
  EXPECT_EQ(refused_request("FOO / HTTP/1.1\r\nHost: h\r\n\r\n"),
            "error 501: request line: unknown method (it begins with \"FO\")\n");
  EXPECT_EQ(refused_request("GETX / HTTP/1.1\r\nHost: h\r\n\r\n"),
            "error 501: request line: unknown method (it begins with \"GETX\")\n");
  EXPECT_TRUE(refused_request("get / HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("error 501: "));
  EXPECT_TRUE(refused_request("PLAY / HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("error 501: "));
  EXPECT_EQ(refused_request("\x80\x81"),
            "error 400: request line: no method, but \"\" and byte 0x80\n");
  EXPECT_EQ(refused_request("GE T"),
            "error 400: request line: no method, but \"GE\" and byte 0x20\n");
}

TEST(request_smuggling, tls_on_a_plain_port_is_named) {
  EXPECT_EQ(refused_request("\x16\x03\x01\x02"), "error 400: TLS where plain HTTP is spoken\n");
  EXPECT_EQ(refused_response("\x15\x03\x03\x00\x02\x02\x16"s),
            "error 400: TLS where plain HTTP is spoken\n");
}

TEST(request_smuggling, there_is_one_host_field_with_a_host_in_it) {
  EXPECT_EQ(refused_request("GET / HTTP/1.1\r\n\r\n"),
            "error 400: an HTTP/1.1 request without a Host field\n");
  EXPECT_EQ(with_lines("Host: h\r\n"), "error 400: a request with two Host fields\n");
  for (const char* const host :
       {"a b", "a/b", "a?b", "a#b", "a@b", "a\\b", "a\"b", "<a>", "a\xc3\xa4"}) {
    EXPECT_TRUE(refused_request("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n")
                    .starts_with("error 400: header field \"Host\": "))
        << host;
  }
  for (const char* const host : {"", "h", "h:80", "a.b-c_d", "[::1]:8080", "127.0.0.1"}) {
    EXPECT_EQ(refused_request("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n"), "closed\n") << host;
  }
}

TEST(request_smuggling, connect_has_no_body) {
  EXPECT_EQ(refused_request("CONNECT h:1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"),
            "error 400: a CONNECT request with a body\n");
  EXPECT_EQ(
      refused_request("CONNECT h:1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"),
      "error 400: a CONNECT request with a body\n");
}

TEST(response_splitting, the_status_line_is_held_to_its_form) {
  for (const char* const line :
       {"HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 Low", "HTTP/1.1 abc OK",
        "HTTP/1.1  200 OK", "HTTP/1.1 200OK", "HTTP/1.1\t200 OK", " HTTP/1.1 200 OK",
        "HTTP /1.1 200 OK", "http/1.1 200 OK", "ICY 200 OK", "HTTP/1.1", "HTTP/1.1 ",
        "HTTP/1.1 2 0", "HTTP/1.1 200 a\x01 b", "HTTP/1.1 200 a\x7f", "<html>",
        "HTTP/1.1 +20 OK"}) {
    const std::string told = refused_response(line + "\r\nContent-Length: 0\r\n\r\n"s);
    EXPECT_TRUE(told.starts_with("error 400: status line: ")) << line << " -> " << told;
  }
  EXPECT_TRUE(refused_response("HTTP/1.1 200 a\0b\r\n\r\n"s).starts_with("error 400: "));
  EXPECT_TRUE(refused_response("\r\nHTTP/1.1 200 OK\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_response("HTTP/1.1 200 OK\nA: b\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_response("HTTP/1.1 200\nA: b\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_response("HTTP/1.1 200 OK\rA: b\r\n\r\n").starts_with("error 400: "));
  EXPECT_TRUE(refused_response("HTTP/2.0 200 OK\r\n\r\n").starts_with("error 505: "));
  EXPECT_TRUE(refused_response("HTTP/0.9 200 OK\r\n\r\n").starts_with("error 505: "));
}

TEST(response_splitting, contradicting_lengths_are_refused_in_responses_too) {
  const std::string start = "HTTP/1.1 200 OK\r\n";
  EXPECT_TRUE(refused_response(start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n")
                  .starts_with("error 400"));
  EXPECT_TRUE(refused_response(start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
                  .starts_with("error 400"));
  EXPECT_TRUE(refused_response(start + "Transfer-Encoding: gzip\r\n\r\n").starts_with("error 501"));
  EXPECT_TRUE(refused_response(start + "Transfer-Encoding: chunked, gzip\r\n\r\n")
                  .starts_with("error 501"));
  EXPECT_TRUE(refused_response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                  .starts_with("error 400"));
  EXPECT_TRUE(refused_response(start + "A: b\r\n c\r\n\r\n").ends_with("it is folded\n"));
}

}  // namespace
}  // namespace pirn::http
