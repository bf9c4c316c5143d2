// client: what it makes of nginx.
#include "pirn/http/nginx_test.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "pirn/http/client.hpp"
#include "pirn/testing/each_driver_test.hpp"

namespace {

using namespace pirn;
using namespace pirn::http;

class nginx_test : public pirn::testing::each_driver {
 protected:
  nginx_test() {
    if (is_virtual()) return;  // nginx is not on the simulated network
    server_.emplace(R"(
      location = /refused { return 403; }
      location = /moved { return 302 /a.txt?x; }
      location = /last { keepalive_timeout 0; try_files /a.txt =404; }
      location /zipped { gzip on; gzip_min_length 1; gzip_types *; }
      location /included { ssi on; ssi_types *; }
      location /up/ { dav_methods PUT DELETE; create_full_put_path on; }
    )");
    server_->write("a.txt", "0123456789");
    server_->write("empty.txt", "");
    server_->write("large.txt", std::string(300'000, 'l'));
    server_->write("zipped.txt", std::string(50'000, 'z'));
    server_->write("included.txt", R"(before <!--#echo var="REQUEST_METHOD" --> after)");
  }

  void TearDown() override {
    if (!server_) return;
    EXPECT_TRUE(server_->is_running()) << "nginx ended by itself, or is not installed";
  }

  std::string at(std::string_view path) const { return server_->url(path); }

  std::optional<nginx_server> server_;
};
INSTANTIATE_TEST_SUITE_P(drivers, nginx_test, pirn::testing::on_each(), pirn::testing::driver_name);

request_content with(std::string_view name, std::string_view value) {
  request_content content;
  content.headers.add(name, value);
  return content;
}

std::string header(const response& of, std::string_view name) {
  return std::string(of.headers().find(name).value_or(""));
}

TEST_P(nginx_test, one_connection_brings_file_after_file) {
  if (is_virtual()) return;
  on_loop([&]() -> task<> {
    client asking;
    for (int i = 0; i < 20; ++i) {
      response got = co_await asking.get(at("/a.txt"));
      std::string body = co_await got.read_all();
      EXPECT_EQ(body, "0123456789");
      got = co_await asking.get(at("/empty.txt"));
      body = co_await got.read_all();
      EXPECT_EQ(body, "");
      got = co_await asking.get(at("/large.txt"));
      EXPECT_EQ(got.content_length(), 300'000U);
      body = co_await got.read_all();
      EXPECT_EQ(body, std::string(300'000, 'l'));
    }
    EXPECT_EQ(asking.count().connections, 1U);
  });
}

TEST_P(nginx_test, ranges_are_brought_and_refused) {
  if (is_virtual()) return;
  on_loop([&]() -> task<> {
    client asking;
    request_content part = with("Range", "bytes=2-4");
    response got = co_await asking.request(method::get, url::parse(at("/a.txt")), part);
    EXPECT_EQ(got.status(), status::partial_content);
    EXPECT_EQ(header(got, "Content-Range"), "bytes 2-4/10");
    std::string body = co_await got.read_all();
    EXPECT_EQ(body, "234");
    part = with("Range", "bytes=10-");
    got = co_await asking.request(method::get, url::parse(at("/a.txt")), part);
    EXPECT_EQ(got.status(), status::range_not_satisfiable);
    EXPECT_EQ(header(got, "Content-Range"), "bytes */10");
    co_await got.read_all();
    EXPECT_EQ(asking.count().connections, 1U);
  });
}

TEST_P(nginx_test, what_is_known_is_304_without_a_body) {
  if (is_virtual()) return;
  on_loop([&]() -> task<> {
    client asking;
    response got = co_await asking.get(at("/a.txt"));
    const std::string tag = header(got, "ETag");
    const std::string date = header(got, "Last-Modified");
    co_await got.read_all();
    request_content known = with("If-None-Match", tag);
    got = co_await asking.request(method::get, url::parse(at("/a.txt")), known);
    EXPECT_EQ(got.status(), status::not_modified);
    EXPECT_EQ(asking.count().idle, 1U);  // the answer was over with its head
    known = with("If-Modified-Since", date);
    got = co_await asking.request(method::get, url::parse(at("/a.txt")), known);
    EXPECT_EQ(got.status(), status::not_modified);
    EXPECT_EQ(asking.count().connections, 1U);
  });
}

TEST_P(nginx_test, a_body_in_chunks_is_put_together) {
  if (is_virtual()) return;
  on_loop([&]() -> task<> {
    client asking;
    for (int i = 0; i < 3; ++i) {
      response got = co_await asking.get(at("/included.txt"));
      EXPECT_EQ(header(got, "Transfer-Encoding"), "chunked");
      EXPECT_EQ(got.content_length(), std::nullopt);
      std::string body = co_await got.read_all();
      EXPECT_EQ(body, "before GET after");
    }
    EXPECT_EQ(asking.count().connections, 1U);
  });
}

TEST_P(nginx_test, a_coded_body_is_handed_on_as_it_came) {
  if (is_virtual()) return;
  on_loop([&]() -> task<> {
    client asking;
    response got = co_await asking.get(at("/zipped.txt"));
    std::string body = co_await got.read_all();
    EXPECT_EQ(body, std::string(50'000, 'z'));  // nothing was asked for, nothing is coded
    request_content coded = with("Accept-Encoding", "gzip");
    got = co_await asking.request(method::get, url::parse(at("/zipped.txt")), coded);
    EXPECT_EQ(header(got, "Content-Encoding"), "gzip");
    body = co_await got.read_all();
    EXPECT_TRUE(body.starts_with("\x1f\x8b")) << "no gzip header";
    EXPECT_LT(body.size(), 1000U);
    // The last four bytes are the size before compression, the lowest first: 50,000.
    EXPECT_EQ(body.substr(body.size() - 4), std::string("\x50\xc3\0\0", 4));
  });
}

TEST_P(nginx_test, redirections_are_followed_and_failures_are_statuses) {
  if (is_virtual()) return;
  on_loop([&]() -> task<> {
    client asking;
    response got = co_await asking.get(at("/moved"));
    EXPECT_EQ(got.status(), status::ok);
    EXPECT_EQ(got.location().to_string(), at("/a.txt?x"));
    std::string body = co_await got.read_all();
    EXPECT_EQ(body, "0123456789");
    got = co_await asking.get(at("/missing"));
    EXPECT_EQ(got.status(), status::not_found);
    body = co_await got.read_all();
    EXPECT_NE(body.find("404"), std::string::npos);
    got = co_await asking.get(at("/refused"));
    EXPECT_EQ(got.status(), status::forbidden);
    co_await got.read_all();
    EXPECT_EQ(asking.count().connections, 1U);
  });
}

TEST_P(nginx_test, head_leaves_the_connection_for_the_next) {
  if (is_virtual()) return;
  on_loop([&]() -> task<> {
    client asking;
    for (std::string_view path : {"/large.txt", "/missing", "/empty.txt", "/included.txt"}) {
      response got = co_await asking.request(method::head, url::parse(at(path)));
      std::string body = co_await got.read_all();
      EXPECT_EQ(body, "");
      if (path == "/large.txt") {
        EXPECT_EQ(header(got, "Content-Length"), "300000");
      }
    }
    response got = co_await asking.get(at("/a.txt"));
    std::string body = co_await got.read_all();
    EXPECT_EQ(body, "0123456789");
    EXPECT_EQ(asking.count().connections, 1U);
  });
}

TEST_P(nginx_test, what_is_put_is_there_and_what_is_deleted_is_not) {
  if (is_virtual()) return;
  on_loop([&]() -> task<> {
    client asking;
    request_content content;
    content.body = std::string(500'000, 'u');
    const url where = url::parse(at("/up/new/file"));
    response got = co_await asking.request(method::put, where, content);
    EXPECT_EQ(got.status(), status::created);
    co_await got.read_all();
    got = co_await asking.request(method::get, where);
    std::string body = co_await got.read_all();
    EXPECT_EQ(body, content.body);
    got = co_await asking.request(method::delete_, where);
    EXPECT_EQ(got.status(), status::no_content);
    got = co_await asking.request(method::get, where);
    EXPECT_EQ(got.status(), status::not_found);
    co_await got.read_all();
    content.body = std::string(2'000'000, 'u');  // nginx takes 1 MB
    got = co_await asking.request(method::put, where, content);
    EXPECT_EQ(got.status(), status::content_too_large);
  });
}

TEST_P(nginx_test, a_connection_that_the_server_ends_is_not_kept) {
  if (is_virtual()) return;
  on_loop([&]() -> task<> {
    client asking;
    for (int i = 0; i < 3; ++i) {
      response got = co_await asking.get(at("/last"));
      EXPECT_EQ(header(got, "Connection"), "close");
      std::string body = co_await got.read_all();
      EXPECT_EQ(body, "0123456789");
      EXPECT_EQ(asking.count().idle, 0U);
    }
    EXPECT_EQ(asking.count().connections, 3U);
  });
}

}  // namespace
