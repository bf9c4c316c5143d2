#include "pirn/http/path.hpp"

#include <string>

#include <gtest/gtest.h>

#include "pirn/http/media_type.hpp"

namespace pirn::http {
namespace {

using namespace std::string_literals;

/// The safe path, with a slash at its end for a directory; or what is wrong.
std::string safe(std::string_view path) {
  const auto result = safe_path(path);
  if (!result) return "! " + std::string(to_string(result.error()));
  return result->text + (result->is_directory ? "/" : "");
}

TEST(percent_decode, it_takes_two_hexadecimal_digits) {
  EXPECT_EQ(percent_decode("a%20b%2fc%C3%a4"), "a b/c\xc3\xa4");
  EXPECT_EQ(percent_decode("%00"), "\0"s);
  EXPECT_EQ(percent_decode("%2541"), "%41");
  EXPECT_EQ(percent_decode("+"), "+");
  EXPECT_EQ(percent_decode(""), "");
  for (const char* const text : {"%", "%4", "a%", "%g0", "%0g", "%%41", "% 1", "%-1"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  }
}

TEST(percent_encode, what_it_writes_decodes_to_the_same) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  const std::string encoded = percent_encode_path(all);
  EXPECT_EQ(percent_decode(encoded), all);
  EXPECT_EQ(percent_encode_path("/a b/%?#\xc3\xa4"), "/a%20b/%25%3F%23%C3%A4");
}

TEST(safe_path, segments_are_decoded_and_joined) {
  EXPECT_EQ(safe("/"), "/");
  EXPECT_EQ(safe("/a"), "a");
  EXPECT_EQ(safe("/a/"), "a/");
  EXPECT_EQ(safe("/a/b.txt"), "a/b.txt");
  EXPECT_EQ(safe("/a%20b/%C3%A4"), "a b/\xc3\xa4");
  EXPECT_EQ(safe("/%2541"), "%41");  // decoded once
  EXPECT_EQ(safe("/..."), "...");
  EXPECT_EQ(safe("/a\\..\\b"), "a\\..\\b");
}

TEST(safe_path, dots_and_empty_segments_go) {
  EXPECT_EQ(safe("//a///b"), "a/b");
  EXPECT_EQ(safe("/./a/./b/."), "a/b/");
  EXPECT_EQ(safe("/a/../b"), "b");
  EXPECT_EQ(safe("/a/b/.."), "a/");
  EXPECT_EQ(safe("/a/b/../.."), "/");
  EXPECT_EQ(safe("/a/%2e%2E/b"), "b");
  EXPECT_EQ(safe("/a/.%2e"), "/");
}

TEST(safe_path, what_leads_out_is_refused) {
  for (const char* const path : {"/..", "/../etc/passwd", "/a/../../b", "/%2e%2e/x", "/.%2E/x",
                                 "//..", "/./..", "/a/../../../a"}) {
    EXPECT_EQ(safe(path), "! the path leads out of the root") << path;
  }
}

TEST(safe_path, what_no_file_name_has_is_refused) {
  EXPECT_EQ(safe("/a%00.gif"), "! a NUL byte or an encoded slash");
  EXPECT_EQ(safe("/a%2fb"), "! a NUL byte or an encoded slash");
  EXPECT_EQ(safe("/..%2f..%2fetc"), "! a NUL byte or an encoded slash");
  EXPECT_EQ(safe("/a\0b"s), "! a NUL byte or an encoded slash");
  EXPECT_EQ(safe("/a%"), "! a percent sign is not followed by two hexadecimal digits");
  EXPECT_EQ(safe("/%zz"), "! a percent sign is not followed by two hexadecimal digits");
  EXPECT_EQ(safe(""), "! the path does not begin with a slash");
  EXPECT_EQ(safe("*"), "! the path does not begin with a slash");
  EXPECT_EQ(safe("a/b"), "! the path does not begin with a slash");
}

TEST(media_type, it_goes_by_the_last_extension_in_any_case) {
  EXPECT_EQ(media_type("flags/cn/cn.gif"), "image/gif");
  EXPECT_EQ(media_type("INDEX.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(media_type("a.tar.gz"), "application/gzip");
  EXPECT_EQ(media_type("metadata.json"), "application/json");
  EXPECT_EQ(media_type("x.woff2"), "font/woff2");
}

TEST(media_type, what_is_not_known_is_bytes) {
  for (const char* const name :
       {"", "a", "a.", ".gif", "dir.gif/", "dir.gif/a", "a.unknown", "a.verylongextension"}) {
    EXPECT_EQ(media_type(name), "application/octet-stream") << name;
  }
}

}  // namespace
}  // namespace pirn::http
