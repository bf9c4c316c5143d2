// static_files, limits: what curl makes of them.
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "pirn/exec/to_thread.hpp"
#include "pirn/http/program_test.hpp"
#include "pirn/http/served_test.hpp"
#include "pirn/http/static_files.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;
using namespace pirn::http;
namespace fs = std::filesystem;

/// A folder that is served, and what curl finds there.
class curl_files_test : public pirn::testing::each_driver {
 protected:
  curl_files_test() {
    fs::create_directory(top_ / "site");
    write("site/a.txt", "0123456789");
    std::string large;
    for (int i = 0; large.size() < 3'000'000; ++i) large += std::to_string(i) + "\n";
    write("site/large", large);
    write("upload", std::string(20'000'000, 'u'));
  }

  void write(const char* name, std::string_view text) const {
    std::ofstream(top_ / name, std::ios::binary) << text;
  }

  /// What `commands` print, one string, while `answer` serves. CURL in them stands for curl with
  /// what it always needs, URL for the server, TOP for the folder.
  std::string with_curl(handler answer, std::string commands, server_options options = {}) const {
    std::string got;
    on_loop([&]() -> task<> {
      co_await served(answer, options, [&](endpoint where) -> task<> {
        replace(commands, "CURL", "curl -sS --noproxy '*' --max-time 15");
        replace(commands, "URL", "http://" + where.to_string());
        replace(commands, "PLACE", where.to_string());
        replace(commands, "TOP", top_.path().string());
        got = co_await to_thread(output_of, "exec 2>&1; " + commands);
      });
    });
    return got;
  }
  std::string with_curl(std::string commands) const {
    const static_files files(top_ / "site");
    return with_curl([&files](exchange& current) { return files(current); }, std::move(commands));
  }

  static void replace(std::string& in, std::string_view name, std::string_view value) {
    for (std::size_t at = in.find(name); at != std::string::npos; at = in.find(name, at)) {
      in.replace(at, name.size(), value);
      at += value.size();
    }
  }

  pirn::testing::temporary_directory top_;
};
INSTANTIATE_TEST_SUITE_P(drivers, curl_files_test, pirn::testing::on_each(),
                         pirn::testing::driver_name);

task<> count_body(exchange& current) {
  std::string body = co_await current.read_all(100'000'000);
  current.respond(status::ok, std::to_string(body.size()));
}

task<> answer_unread(exchange& current) {
  current.respond(status::forbidden, "no");
  co_return;
}

TEST_P(curl_files_test, ranges_and_what_is_left_of_a_file) {
  if (is_virtual()) return;  // curl cannot reach a simulated network
  EXPECT_EQ(with_curl("CURL -r 2-4 -w ' %{http_code}' URL/a.txt"), "234 206");
  EXPECT_EQ(with_curl("CURL -r -3 -w ' %{http_code}' URL/a.txt"), "789 206");
  EXPECT_EQ(with_curl("CURL -r 20- -o TOP/x -w '%{http_code}' URL/a.txt"), "416");
  EXPECT_EQ(with_curl("head -c 1000000 TOP/site/large > TOP/part;"
                      "CURL -C - -o TOP/part -w '%{http_code} %{size_download} ' URL/large;"
                      "cmp TOP/part TOP/site/large && echo same"),
            "206 " + std::to_string(fs::file_size(top_ / "site/large") - 1'000'000) + " same\n");
}

TEST_P(curl_files_test, what_curl_has_is_304) {
  if (is_virtual()) return;
  EXPECT_EQ(with_curl("CURL --etag-save TOP/tag -o TOP/got -w '%{http_code} ' URL/a.txt;"
                      "CURL --etag-compare TOP/tag -w '%{http_code} %{size_download}' URL/a.txt"),
            "200 304 0");
  EXPECT_EQ(with_curl("CURL -R -o TOP/dated URL/a.txt;"
                      "CURL -z TOP/dated -w '%{http_code} %{size_download}' URL/a.txt"),
            "304 0");
}

TEST_P(curl_files_test, head_has_the_length_and_leaves_the_connection) {
  if (is_virtual()) return;
  const std::string got = with_curl("CURL -I URL/large URL/missing -w '%{num_connects} '");
  EXPECT_EQ(first_line(got), "HTTP/1.1 200 OK");
  const std::string size = std::to_string(fs::file_size(top_ / "site/large"));
  EXPECT_EQ(count_of("Content-Length: " + size + "\r\n", got), 1U);
  EXPECT_EQ(count_of("HTTP/1.1 404 Not Found", got), 1U);
  EXPECT_TRUE(got.ends_with("0 ")) << got;  // the second came over the first one's connection
}

TEST_P(curl_files_test, an_upload_that_is_too_large_is_refused_while_it_runs) {
  if (is_virtual()) return;
  // Without Expect curl sends at once; it has much left to send when the answer comes.
  const std::string upload =
      "CURL -H Expect: -T TOP/upload --limit-rate 40M -o TOP/answer "
      "-w '%{http_code} %{size_upload}' URL/";
  const std::string got = with_curl(count_body, upload, {.limits = {.body_max_bytes = 1'000'000}});
  EXPECT_TRUE(got.starts_with("413 ")) << got;
  EXPECT_LT(std::stoul(got.substr(4)), 20'000'000U) << "all of it was sent";
  EXPECT_EQ(with_curl(answer_unread, upload).substr(0, 4), "403 ");
}

TEST_P(curl_files_test, an_upload_that_is_not_wanted_is_not_sent) {
  if (is_virtual()) return;
  const std::string upload =
      "CURL --expect100-timeout 10 -H 'Expect: 100-continue' -T TOP/upload "
      "-o TOP/answer -w '%{http_code} %{size_upload}' URL/";
  EXPECT_EQ(with_curl(answer_unread, upload), "403 0");
  EXPECT_EQ(with_curl(count_body, upload, {.limits = {.body_max_bytes = 1'000'000}}), "413 0");
  EXPECT_EQ(with_curl(upload), "405 0");  // files take none
}

TEST_P(curl_files_test, an_upload_that_is_wanted_is_told_to_go_on) {
  if (is_virtual()) return;
  const std::string got = with_curl(
      count_body, "CURL -D - --expect100-timeout 10 -H 'Expect: 100-continue' -T TOP/upload URL/");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\n20000000")) << got;
}

TEST_P(curl_files_test, tls_is_refused_and_the_next_request_answered) {
  if (is_virtual()) return;
  const std::string got = with_curl("CURL -k https://PLACE/a.txt; CURL URL/a.txt");
  EXPECT_TRUE(got.starts_with("curl: (35) ")) << got;  // the handshake failed, at once
  EXPECT_TRUE(got.ends_with("\n0123456789")) << got;
}

}  // namespace
