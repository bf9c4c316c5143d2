#include "pirn/http/message.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pirn::http {
namespace {

TEST(method, names_go_both_ways_and_are_case_sensitive) {
  for (int i = 0; i < method_count; ++i) {
    const auto verb = static_cast<method>(i);
    EXPECT_EQ(parse_method(to_string(verb)), verb);
  }
  EXPECT_EQ(parse_method("GET"), method::get);
  EXPECT_EQ(to_string(method::m_search), "M-SEARCH");
  EXPECT_EQ(parse_method("get"), std::nullopt);
  EXPECT_EQ(parse_method(""), std::nullopt);
}

TEST(method, what_is_safe_is_idempotent) {
  for (int i = 0; i < method_count; ++i) {
    const auto verb = static_cast<method>(i);
    EXPECT_TRUE(!is_safe(verb) || is_idempotent(verb)) << to_string(verb);
  }
  EXPECT_TRUE(is_safe(method::get));
  EXPECT_FALSE(is_safe(method::put));
  EXPECT_TRUE(is_idempotent(method::put));
  EXPECT_FALSE(is_idempotent(method::post));
  EXPECT_FALSE(is_idempotent(method::patch));
}

TEST(status, reasons_and_classes) {
  EXPECT_EQ(reason(status::not_found), "Not Found");
  EXPECT_EQ(reason(static_cast<status>(299)), "");
  EXPECT_TRUE(is_informational(status::continue_));
  EXPECT_TRUE(is_success(status::partial_content));
  EXPECT_TRUE(is_redirection(status::found));
  EXPECT_TRUE(is_client_error(status::gone));
  EXPECT_TRUE(is_server_error(status::bad_gateway));
  EXPECT_FALSE(may_have_body(status::not_modified));
  EXPECT_FALSE(may_have_body(status::early_hints));
  EXPECT_TRUE(may_have_body(status::reset_content));
}

TEST(error, each_kind_has_a_sentence_and_a_status) {
  for (int i = 1; i <= static_cast<int>(errc::bad_url); ++i) {
    const std::error_code code = static_cast<errc>(i);
    EXPECT_STREQ(code.category().name(), "http");
    EXPECT_NE(code.message(), "unknown HTTP error");
    EXPECT_GE(to_int(status_for(static_cast<errc>(i))), 400);
  }
  EXPECT_EQ(status_for(errc::head_too_large), status::request_header_fields_too_large);
  EXPECT_EQ(status_for(errc::unknown_method), status::not_implemented);
}

TEST(error, an_exception_names_the_operation_and_what_was_wrong) {
  const failure cut{errc::cut_short, "the connection ended after 3 of 10 bytes of a response body"};
  const std::system_error error = cut.as_exception("GET http://a/b");
  EXPECT_EQ(error.code(), errc::cut_short);
  EXPECT_STREQ(error.what(),
               "GET http://a/b: the connection ended after 3 of 10 bytes of a response body: "
               "message cut short");
}

target_parts split(method verb, std::string_view target) {
  return split_target(verb, target);
}

TEST(target, it_is_taken_apart_in_all_four_forms) {
  EXPECT_EQ(split(method::get, "/a/b?c=d?e").path, "/a/b");
  EXPECT_EQ(split(method::get, "/a/b?c=d?e").query, "c=d?e");
  EXPECT_EQ(split(method::get, "/a?").query, "");
  EXPECT_EQ(split(method::get, "/a").authority, "");
  EXPECT_EQ(split(method::get, "http://h:81/a?b").authority, "h:81");
  EXPECT_EQ(split(method::get, "http://h:81/a?b").path, "/a");
  EXPECT_EQ(split(method::get, "http://h:81/a?b").query, "b");
  EXPECT_EQ(split(method::get, "http://h").path, "/");
  EXPECT_EQ(split(method::get, "http://h?q=/").path, "/");
  EXPECT_EQ(split(method::get, "http://h?q=/").authority, "h");
  EXPECT_EQ(split(method::get, "http://h?q=/").query, "q=/");
  EXPECT_EQ(split(method::options, "*").path, "*");
  EXPECT_EQ(split(method::connect, "h:443").authority, "h:443");
  EXPECT_EQ(split(method::get, "//evil/x").path, "//evil/x");
  EXPECT_EQ(split(method::get, "/x?u=http://y/z").path, "/x");
}

TEST(target, the_host_of_an_absolute_target_goes_before_the_host_field) {
  fields all;
  all.add(field_id::host, "field");
  EXPECT_EQ((request_head{.target = "/", .fields = all.view()}.host()), "field");
  EXPECT_EQ((request_head{.target = "http://t/", .fields = all.view()}.host()), "t");
}

std::string framing_of(method verb, version spoken, const fields& all) {
  const auto body = request_framing(verb, spoken, all);
  if (!body) return body.error().what;
  switch (body->kind) {
    case framing::none:
      return "none";
    case framing::length:
      return std::to_string(body->length);
    case framing::chunked:
      return "chunked";
    case framing::until_close:
      return "until close";
  }
  return {};
}

TEST(framing, a_request_has_a_body_only_when_it_says_so) {
  EXPECT_EQ(framing_of(method::post, version::http_1_1, {}), "none");
  EXPECT_EQ(framing_of(method::get, version::http_1_1, fields().add("content-length", "3")), "3");
  EXPECT_EQ(framing_of(method::post, version::http_1_0, fields().add("content-length", "0")),
            "none");
  EXPECT_EQ(framing_of(method::post, version::http_1_1,
                       fields().add("content-length", "18446744073709551615")),
            "18446744073709551615");
  EXPECT_EQ(
      framing_of(method::put, version::http_1_1, fields().add("transfer-encoding", "CHUNKED")),
      "chunked");
}

TEST(framing, a_response_without_a_length_lasts_until_the_close) {
  const auto of = [](method asked, status code, const fields& all) {
    return response_framing(asked, code, version::http_1_1, all).value();
  };
  const fields with_length = fields().add(field_id::content_length, "7");
  EXPECT_EQ(of(method::get, status::ok, {}), (body_framing{framing::until_close, 0}));
  EXPECT_EQ(of(method::get, status::ok, with_length), (body_framing{framing::length, 7}));
  EXPECT_EQ(of(method::head, status::ok, with_length), body_framing{});
  EXPECT_EQ(of(method::get, status::not_modified, with_length), body_framing{});
  EXPECT_EQ(of(method::get, status::no_content, {}), body_framing{});
  EXPECT_EQ(of(method::connect, status::ok, with_length), body_framing{});
  EXPECT_EQ(of(method::connect, status::forbidden, with_length),
            (body_framing{framing::length, 7}));
}

TEST(framing, what_is_not_clear_is_refused) {
  const auto refused = [](const fields& all) {
    return framing_of(method::post, version::http_1_1, all);
  };
  EXPECT_EQ(refused(fields().add("content-length", "1").add("content-length", "1")),
            "Content-Length is there twice");
  EXPECT_EQ(refused(fields().add("content-length", "1").add("transfer-encoding", "chunked")),
            "both Content-Length and Transfer-Encoding are there");
  EXPECT_EQ(
      refused(fields().add("transfer-encoding", "chunked").add("transfer-encoding", "chunked")),
      "Transfer-Encoding is there twice");
  EXPECT_EQ(refused(fields().add("content-length", "-1")), "Content-Length \"-1\" is no length");
  EXPECT_EQ(refused(fields().add("content-length", "18446744073709551616")),
            "Content-Length \"18446744073709551616\" is no length");
  EXPECT_EQ(refused(fields().add("content-length", "")), "Content-Length \"\" is no length");
  EXPECT_EQ(refused(fields().add("transfer-encoding", "gzip, chunked")),
            "Transfer-Encoding \"gzip, chunked\" is not supported");
}

}  // namespace
}  // namespace pirn::http
