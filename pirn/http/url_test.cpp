#include "pirn/http/url.hpp"

#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include "pirn/http/error.hpp"

namespace pirn::http {
namespace {

std::string refused(std::string_view text) {
  try {
    return "taken as " + url::parse(text).to_string();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), errc::bad_url);
    return error.what();
  }
}

TEST(url, it_is_taken_apart) {
  const url all = url::parse("http://Example.ORG:8080/a/b?c=d#fragment");
  EXPECT_EQ(all.scheme(), "http");
  EXPECT_EQ(all.host(), "example.org");
  EXPECT_EQ(all.port(), 8080);
  EXPECT_EQ(all.target(), "/a/b?c=d");
  EXPECT_EQ(all.path(), "/a/b");
  EXPECT_EQ(all.host_field(), "example.org:8080");
  EXPECT_EQ(all.to_string(), "http://example.org:8080/a/b?c=d");
}

TEST(url, what_is_left_out_has_the_defaults_of_its_scheme) {
  EXPECT_EQ(url::parse("http://h").port(), 80);
  EXPECT_EQ(url::parse("http://h").target(), "/");
  EXPECT_EQ(url::parse("http://h:/").port(), 80);
  EXPECT_EQ(url::parse("HTTPS://h").port(), 443);
  EXPECT_TRUE(url::parse("HTTPS://h").is_https());
  EXPECT_EQ(url::parse("http://h?q").target(), "/?q");
  EXPECT_EQ(url::parse("http://h:80/").host_field(), "h");
  EXPECT_EQ(url::parse("http://h:443/").host_field(), "h:443");
  EXPECT_EQ(url::parse("https://h:443/").to_string(), "https://h/");
}

TEST(url, an_ipv6_address_has_brackets_in_the_field_only) {
  const url v6 = url::parse("http://[::1]:8080/x");
  EXPECT_EQ(v6.host(), "::1");
  EXPECT_EQ(v6.host_field(), "[::1]:8080");
  EXPECT_EQ(v6.to_string(), "http://[::1]:8080/x");
  EXPECT_EQ(url::parse("http://127.0.0.1/").host(), "127.0.0.1");
}

TEST(url, equal_urls_compare_equal_after_normalisation) {
  EXPECT_EQ(url::parse("HTTP://EXAMPLE.org:80/%7euser/./a/../b"),
            url::parse("http://example.org/~user/b"));
  EXPECT_NE(url::parse("http://h/A"), url::parse("http://h/a"));
  EXPECT_TRUE(url::parse("http://h/a").same_origin(url::parse("http://H:80/b")));
  EXPECT_FALSE(url::parse("http://h/").same_origin(url::parse("https://h/")));
  EXPECT_FALSE(url::parse("http://h/").same_origin(url::parse("http://h:81/")));
}

TEST(url, normalisation_does_not_change_what_is_meant) {
  EXPECT_EQ(url::parse("http://h/a%2fb").target(), "/a%2Fb");
  EXPECT_EQ(url::parse("http://h/%2e%2E/%2e%2e%2fetc").target(), "/..%2Fetc");
  EXPECT_EQ(url::parse("http://h/a/b/../../../c/.").target(), "/c/");
  EXPECT_EQ(url::parse("http://h/a/..").target(), "/");
  EXPECT_EQ(url::parse("http://h/a//b/./c").target(), "/a//b/c");
  EXPECT_EQ(url::parse("http://h/%41%3f?q=%61%26b%3d").target(), "/A%3F?q=a%26b%3D");
  EXPECT_EQ(url::parse("http://h/x?a/../b").target(), "/x?a/../b");
}

TEST(url, references_are_resolved_as_in_the_rfc) {
  const url base = url::parse("http://a/b/c/d;p?q");
  EXPECT_EQ(base.resolve("g").to_string(), "http://a/b/c/g");
  EXPECT_EQ(base.resolve("./g/").to_string(), "http://a/b/c/g/");
  EXPECT_EQ(base.resolve("/g").to_string(), "http://a/g");
  EXPECT_EQ(base.resolve("//g").to_string(), "http://g/");
  EXPECT_EQ(base.resolve("?y").to_string(), "http://a/b/c/d;p?y");
  EXPECT_EQ(base.resolve("../../g").to_string(), "http://a/g");
  EXPECT_EQ(base.resolve("g?y/../x").to_string(), "http://a/b/c/g?y/../x");
  EXPECT_EQ(base.resolve("../../../g;x=1/./y").to_string(), "http://a/g;x=1/y");
  EXPECT_EQ(base.resolve(".").to_string(), "http://a/b/c/");
  EXPECT_EQ(base.resolve("..").to_string(), "http://a/b/");
  EXPECT_EQ(base.resolve(";x").to_string(), "http://a/b/c/;x");
  EXPECT_EQ(base.resolve("g%2Fh?a%26b").to_string(), "http://a/b/c/g%2Fh?a%26b");
  EXPECT_EQ(base.resolve("#s").to_string(), "http://a/b/c/d;p?q");
  EXPECT_EQ(base.resolve("").to_string(), "http://a/b/c/d;p?q");
  EXPECT_EQ(base.resolve("https://x:444/y").to_string(), "https://x:444/y");
  EXPECT_THROW(base.resolve("ftp://x/"), std::system_error);
  EXPECT_THROW(base.resolve("a b"), std::system_error);
}

TEST(url, what_cannot_be_fetched_is_refused_with_the_reason) {
  EXPECT_EQ(refused("ftp://h/"), "URL \"ftp://h/\": only http and https are spoken: bad URL");
  EXPECT_EQ(refused("/a"), "URL \"/a\": it is no absolute URL: bad URL");
  EXPECT_EQ(refused("http://h/a b"), "URL \"http://h/a b\": it is no absolute URL: bad URL");
  EXPECT_EQ(refused("http:///x"), "URL \"http:///x\": there is no host: bad URL");
  EXPECT_EQ(refused("http:x"), "URL \"http:x\": there is no host: bad URL");
  EXPECT_EQ(refused("http://user:pw@h/"),
            "URL \"http://user:pw@h/\": a user name in a URL is not supported: bad URL");
  EXPECT_EQ(refused("http://h:0/"),
            "URL \"http://h:0/\": the port is not between 1 and 65535: bad URL");
  EXPECT_EQ(refused("http://h:65536/"),
            "URL \"http://h:65536/\": the port is not between 1 and 65535: bad URL");
  for (const char* const text :
       {"", "h", "h:80", "http://", "http://h:x/", "http://[::1/", "http://h\r\nX: y/",
        "http://h/\xc3\xa4", "http://h/%zz", "http://a b/"}) {
    EXPECT_TRUE(refused(text).ends_with(": bad URL")) << text;
  }
}

}  // namespace
}  // namespace pirn::http
