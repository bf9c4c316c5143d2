#include "pirn/http/serialize.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "pirn/http/codec.hpp"
#include "pirn/http/codec_transcript.hpp"
#include "pirn/http/date.hpp"

namespace pirn::http {
namespace {

std::string response(const response_line& line, const fields& all = {}) {
  std::string out;
  append_response_head(out, line, all);
  return out;
}

std::string request(const request_line& line, const fields& all = {}) {
  std::string out;
  append_request_head(out, line, all);
  return out;
}

TEST(serialize, a_response_head_has_its_line_its_framing_and_its_fields) {
  date_cache dates;
  EXPECT_EQ(
      response({.body = {framing::length, 13}, .date_line = dates.line(std::chrono::sys_seconds())},
               fields().add(field_id::content_type, "text/plain")),
      "HTTP/1.1 200 OK\r\n"
      "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
      "Content-Length: 13\r\n"
      "Content-Type: text/plain\r\n"
      "\r\n");
}

TEST(serialize, the_framing_follows_the_status) {
  EXPECT_EQ(response({}), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(response({.status = status::no_content}), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(response({.status = status::no_content, .body = {framing::length, 5}}),
            "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(response({.status = status::continue_}), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(response({.status = status::not_modified}), "HTTP/1.1 304 Not Modified\r\n\r\n");
  EXPECT_EQ(response({.status = status::not_modified, .body = {framing::length, 7}}),
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
  EXPECT_EQ(response({.body = stream_framing(version::http_1_1)}),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(response({.body = stream_framing(version::http_1_0), .peer = version::http_1_0}),
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST(serialize, the_connection_field_is_there_when_it_is_needed) {
  EXPECT_EQ(response({.keep_alive = false}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(response({.peer = version::http_1_0}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(response({.status = status::switching_protocols},
                     fields().add(field_id::connection, "upgrade")),
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\r\n");
  EXPECT_EQ(response({.keep_alive = false}, fields().add(field_id::connection, "x")),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\nConnection: x\r\n\r\n");
}

TEST(serialize, a_date_of_ones_own_goes_first) {
  EXPECT_EQ(response({.date_line = "Date: a\r\n"}, fields().add(field_id::date, "b")),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: b\r\n\r\n");
}

TEST(serialize, odd_statuses_and_reasons_can_be_written) {
  EXPECT_EQ(response({.status = static_cast<status>(299)}),
            "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(response({.reason = "Fine"}), "HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n");
}

TEST(serialize, a_response_cannot_be_split) {
  std::string out = "before";
  EXPECT_THROW(append_response_head(out, {.reason = "OK\r\nX: y"}, {}), std::invalid_argument);
  EXPECT_THROW(append_response_head(out, {}, fields().add("Content-Length", "5")),
               std::invalid_argument);
  EXPECT_THROW(append_response_head(out, {}, fields().add("transfer-encoding", "x")),
               std::invalid_argument);
  EXPECT_THROW(append_last_chunk(out, fields().add("Content-Length", "5")), std::invalid_argument);
  EXPECT_EQ(out, "before");
}

TEST(serialize, a_request_head_has_its_line_its_host_and_its_fields) {
  EXPECT_EQ(request({.target = "/a?b", .host = "h:81"}, fields().add(field_id::accept, "*/*")),
            "GET /a?b HTTP/1.1\r\nHost: h:81\r\nAccept: */*\r\n\r\n");
  EXPECT_EQ(request({.host = "h"}, fields().add(field_id::host, "own")),
            "GET / HTTP/1.1\r\nHost: own\r\n\r\n");
  EXPECT_EQ(request({.method = method::post, .host = "h"}),
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(
      request(
          {.method = method::put, .host = "h", .body = {framing::length, 3}, .keep_alive = false}),
      "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(request({.method = method::post, .host = "h", .body = {framing::chunked, 0}}),
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(serialize, a_request_cannot_be_split) {
  std::string out;
  for (const char* const text : {"/a b", "/\r\n", "/\n", "/\t", "/\x7f"}) {
    EXPECT_THROW(append_request_head(out, {.target = text, .host = "h"}, {}),
                 std::invalid_argument);
    EXPECT_THROW(append_request_head(out, {.host = text}, {}), std::invalid_argument);
  }
  EXPECT_EQ(out, "");
}

TEST(serialize, chunks_have_their_size_in_hexadecimal) {
  EXPECT_EQ(chunk_head(1).text(), "1\r\n");
  EXPECT_EQ(chunk_head(0x1f40).text(), "1f40\r\n");
  EXPECT_EQ(chunk_head(~std::size_t{0}).text(), "ffffffffffffffff\r\n");
  EXPECT_EQ(chunk_head(16).bytes().size(), 4u);
  std::string out;
  append_last_chunk(out);
  append_last_chunk(out, fields().add("Digest", "x"));
  EXPECT_EQ(out, "0\r\n\r\n0\r\nDigest: x\r\n\r\n");
}

TEST(serialize, with_room_in_the_buffer_nothing_moves) {
  std::string out;
  out.reserve(1000);
  const char* const data = out.data();
  for (int i = 0; i < 5; ++i) append_response_head(out, {}, {});
  EXPECT_EQ(out.data(), data);
  EXPECT_EQ(out.size(), 5 * response({}).size());
}

TEST(serialize, what_is_written_is_read_again) {
  std::string out = request(
      {.method = method::post, .target = "/x?y", .host = "h", .body = {framing::chunked, 0}},
      fields().add("A", "b").add("Set-Cookie", "c").add("Empty", ""));
  for (const std::string_view piece : {"first ", "second"}) {
    out.append(chunk_head(piece.size()).text()).append(piece).append(chunk_end);
  }
  append_last_chunk(out, fields().add("T", "u"));
  EXPECT_EQ(transcribe_requests(out, byte_by_byte),
            "head POST /x?y HTTP/1.1, chunked\n  Host: \"h\"\n  Transfer-Encoding: \"chunked\"\n"
            "  A: \"b\"\n  Set-Cookie: \"c\"\n  Empty: \"\"\n"
            "body \"first second\"\n  T: \"u\"\nend\nclosed\n");

  const method asked[] = {method::get};
  const std::string answer =
      response({.status = status::not_found, .body = {framing::length, 4}, .keep_alive = false}) +
      "gone";
  EXPECT_EQ(transcribe_responses(answer, asked, byte_by_byte),
            "head HTTP/1.1 404 \"Not Found\", 4 bytes, close\n"
            "  Content-Length: \"4\"\n  Connection: \"close\"\nbody \"gone\"\nend\nclosed\n");
}

}  // namespace
}  // namespace pirn::http
