// static_files: files below a directory, on each driver.
#include "pirn/http/static_files.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pirn/http/served_test.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace {

using namespace pirn;
using namespace pirn::http;
namespace fs = std::filesystem;

/// A directory with some files, a neighbour that must stay private, and links.
class static_files_test : public pirn::testing::each_driver {
 protected:
  static_files_test() {
    fs::create_directories(top_ / "root/sub/deep");
    fs::create_directories(top_ / "root/paged");
    write("root/a.txt", "0123456789");
    write("root/empty.txt", "");
    write("root/big.bin", std::string(200'000, 'b'));
    write("root/sub/b&<.html", "<p>");
    write("root/paged/index.html", "<h1>");
    write("secret.txt", "secret");
    fs::create_symlink("../secret.txt", top_ / "root/escape");
    fs::create_symlink("..", top_ / "root/up");
    fs::create_symlink("a.txt", top_ / "root/alias");
    mkfifo((top_ / "root/pipe").c_str(), 0600);
  }

  void write(const char* name, std::string_view text) const {
    std::ofstream(top_ / name, std::ios::binary) << text;
  }

  std::string ask(std::string_view path, std::string_view fields = "",
                  std::string_view verb = "GET", static_options options = {}) const {
    const static_files files(top_ / "root", options);
    handler answer = [&files](exchange& current) { return files(current); };
    std::string request = std::string(verb) + " " + std::string(path) +
                          " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + std::string(fields) +
                          "\r\n";
    return on_loop([&]() -> task<std::string> {
      std::string got;
      co_await served(answer, [&](endpoint where) -> task<> {
        got = co_await talk(where, request, afterwards::stays);
      });
      co_return got;
    });
  }

  static std::string field(const std::string& response, const std::string& name) {
    const std::string start = "\r\n" + name + ": ";
    std::size_t at = response.find(start);
    if (at == std::string::npos) return "";
    at += start.size();
    return response.substr(at, response.find("\r\n", at) - at);
  }

  pirn::testing::temporary_directory top_;
};
INSTANTIATE_TEST_SUITE_P(drivers, static_files_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

TEST_P(static_files_test, a_file_is_sent_whole_with_its_type) {
  std::string all = ask("/a.txt");
  EXPECT_EQ(first_line(all), "HTTP/1.1 200 OK");
  EXPECT_EQ(body_of(all), "0123456789");
  EXPECT_EQ(field(all, "Content-Length"), "10");
  EXPECT_TRUE(field(all, "Content-Type").starts_with("text/plain")) << all;
  EXPECT_EQ(field(all, "Accept-Ranges"), "bytes");
  EXPECT_EQ(body_of(ask("/big.bin")), std::string(200'000, 'b'));
  EXPECT_EQ(body_of(ask("/alias")), "0123456789");
  EXPECT_EQ(first_line(ask("/empty.txt")), "HTTP/1.1 200 OK");
}

TEST_P(static_files_test, head_has_the_fields_and_no_body) {
  std::string all = ask("/a.txt", "", "HEAD");
  EXPECT_EQ(field(all, "Content-Length"), "10");
  EXPECT_EQ(body_of(all), "");
}

TEST_P(static_files_test, one_range_is_answered_206) {
  std::string all = ask("/a.txt", "Range: bytes=2-4\r\n");
  EXPECT_EQ(first_line(all), "HTTP/1.1 206 Partial Content");
  EXPECT_EQ(field(all, "Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(body_of(all), "234");
  EXPECT_EQ(body_of(ask("/a.txt", "Range: bytes=7-\r\n")), "789");
  EXPECT_EQ(body_of(ask("/a.txt", "Range: bytes=-2\r\n")), "89");
  EXPECT_EQ(body_of(ask("/a.txt", "Range: bytes=8-100\r\n")), "89");
}

TEST_P(static_files_test, what_cannot_be_a_range_is_416_or_the_whole) {
  std::string all = ask("/a.txt", "Range: bytes=10-\r\n");
  EXPECT_EQ(first_line(all), "HTTP/1.1 416 Range Not Satisfiable");
  EXPECT_EQ(field(all, "Content-Range"), "bytes */10");
  EXPECT_EQ(first_line(ask("/a.txt", "Range: lines=1-2\r\n")), "HTTP/1.1 200 OK");
  EXPECT_EQ(first_line(ask("/a.txt", "Range: bytes=0-0,2-3\r\n")), "HTTP/1.1 200 OK");
}

TEST_P(static_files_test, if_range_with_another_tag_gets_the_whole) {
  const std::string tag = field(ask("/a.txt"), "ETag");
  std::string all = ask("/a.txt", "Range: bytes=2-4\r\nIf-Range: " + tag + "\r\n");
  EXPECT_EQ(first_line(all), "HTTP/1.1 206 Partial Content");
  all = ask("/a.txt", "Range: bytes=2-4\r\nIf-Range: \"other\"\r\n");
  EXPECT_EQ(first_line(all), "HTTP/1.1 200 OK");
  EXPECT_EQ(body_of(all), "0123456789");
}

TEST_P(static_files_test, what_the_client_has_is_answered_304) {
  std::string all = ask("/a.txt");
  const std::string tag = field(all, "ETag");
  const std::string date = field(all, "Last-Modified");
  all = ask("/a.txt", "If-None-Match: \"x\", " + tag + "\r\n");
  EXPECT_EQ(first_line(all), "HTTP/1.1 304 Not Modified");
  EXPECT_EQ(body_of(all), "");
  EXPECT_EQ(field(all, "ETag"), tag);
  EXPECT_EQ(first_line(ask("/a.txt", "If-None-Match: \"x\"\r\n")), "HTTP/1.1 200 OK");
  EXPECT_EQ(first_line(ask("/a.txt", "If-Match: \"x\"\r\n")), "HTTP/1.1 412 Precondition Failed");
  if (is_virtual()) return;  // where today is in 1970, and the file's date in the future
  EXPECT_EQ(first_line(ask("/a.txt", "If-Modified-Since: " + date + "\r\n")),
            "HTTP/1.1 304 Not Modified");
  EXPECT_EQ(first_line(ask("/a.txt", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n")),
            "HTTP/1.1 200 OK");
}

TEST_P(static_files_test, no_way_leads_out_of_the_root) {
  for (const char* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/sub/../../secret.txt",
                           "/escape", "/up/secret.txt", "/up/"}) {
    std::string all = ask(path);
    EXPECT_EQ(first_line(all), "HTTP/1.1 403 Forbidden") << path;
    EXPECT_EQ(count_of("secret\n", all), 0U) << path;
  }
  for (const char* path : {"/..%2fsecret.txt", "/a%00.txt", "/%zz"}) {
    EXPECT_EQ(first_line(ask(path)), "HTTP/1.1 400 Bad Request") << path;
  }
}

TEST_P(static_files_test, what_is_no_regular_file_is_not_found) {
  EXPECT_EQ(first_line(ask("/none")), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(first_line(ask("/pipe")), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(first_line(ask("/sub/")), "HTTP/1.1 404 Not Found");
}

TEST_P(static_files_test, a_directory_without_its_slash_is_redirected_on_this_host) {
  std::string all = ask("/sub");
  EXPECT_EQ(first_line(all), "HTTP/1.1 301 Moved Permanently");
  EXPECT_EQ(field(all, "Location"), "/sub/");
  EXPECT_EQ(field(ask("/sub?a=b"), "Location"), "/sub/?a=b");
  EXPECT_EQ(field(ask("//sub"), "Location"), "/sub/");
  EXPECT_FALSE(field(ask("//evil.example/.."), "Location").starts_with("//"));
}

TEST_P(static_files_test, a_directory_is_its_index_or_a_list) {
  EXPECT_EQ(body_of(ask("/paged/")), "<h1>");
  std::string all = ask("/sub/", "", "GET", {.list_directories = true});
  EXPECT_EQ(first_line(all), "HTTP/1.1 200 OK");
  EXPECT_EQ(count_of("<a href=\"./b&%3C.html\">b&amp;&lt;.html</a>", all), 1U) << all;
  EXPECT_EQ(count_of("<a href=\"./deep/\">deep/</a>", all), 1U) << all;
}

TEST_P(static_files_test, other_methods_are_refused) {
  std::string all = ask("/a.txt", "Content-Length: 0\r\n", "POST");
  EXPECT_EQ(first_line(all), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_EQ(field(all, "Allow"), "GET, HEAD");
}

}  // namespace
