#include "flag_site.hpp"

#include <algorithm>
#include <system_error>

#include <gtest/gtest.h>

#include "flag_download.hpp"
#include "flag_server.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {
namespace {

using namespace std::chrono_literals;

struct answer {
  int status = 0;
  std::string body{};
};

task<answer> ask(std::string url) {
  http::client client;
  http::response response = co_await client.get(url);
  answer result;
  result.status = http::to_int(response.status());
  result.body = co_await response.read_all();
  co_return result;
}

answer ask_for(const flag_server& server, const std::string& path) {
  return run(&ask, "http://" + server.address().to_string() + path);
}

TEST(flag_site, it_has_flags_and_metadata) {
  const flag_server server(std::string(flags_directory), {});
  EXPECT_TRUE(ask_for(server, "/flags/br/br.gif").body.starts_with("GIF8"));
  EXPECT_EQ(ask_for(server, "/flags/br/metadata.json").body,
            "{\"iso_cc\": \"BR\", \"country\": \"Brazil\"}\n");
}

TEST(flag_site, what_is_no_country_is_not_found) {
  const flag_server server(std::string(flags_directory), {});
  for (const char* path :
       {"/", "/flags/aa/aa.gif", "/flags/BR/BR.gif", "/flags/br/us.gif", "/flags/aa/metadata.json",
        "/flags/wales/wales.gif", "/flags/br/br.png"}) {
    EXPECT_EQ(ask_for(server, path).status, 404) << path;
  }
}

TEST(flag_site, it_fails_as_often_as_it_is_told) {
  const flag_server never_well(std::string(flags_directory), {.error_rate = 1});
  EXPECT_EQ(ask_for(never_well, "/flags/br/br.gif").status, 503);
}

TEST(flag_site, a_missing_directory_says_where_flags_come_from) {
  try {
    flag_codes_in("/nowhere");
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("famfamfam-flag-gif"), std::string::npos);
  }
  EXPECT_THROW(flag_server("/nowhere", {}), std::system_error);
}

TEST(flag_site, its_codes_are_those_of_countries) {
  const auto codes = flag_codes_in(std::string(flags_directory));
  EXPECT_TRUE(std::ranges::is_sorted(codes));
  EXPECT_TRUE(std::ranges::binary_search(codes, "BR"));
  EXPECT_TRUE(std::ranges::all_of(codes, [](const auto& each) { return each.size() == 2; }));
}

TEST(flag_download, names_are_fit_for_files) {
  EXPECT_EQ(flag_file_name("United States", "US"), "United_States-US.gif");
  EXPECT_EQ(flag_file_name("../x\n", "XX"), "_._x_-XX.gif");
}

TEST(flag_download, metadata_without_a_country_is_an_error) {
  EXPECT_EQ(country_in_metadata(R"({"country": "Brazil"})"), "Brazil");
  EXPECT_THROW(country_in_metadata(R"({"country": ""})"), std::runtime_error);
  EXPECT_THROW(country_in_metadata("<html>"), std::runtime_error);
}

}  // namespace
}  // namespace pirn::apps
