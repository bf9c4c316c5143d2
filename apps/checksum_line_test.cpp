#include "checksum_line.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

sha256_digest counting_digest() {
  sha256_digest digest;
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(i);
  return digest;
}

const std::string digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

std::string name_in(std::string_view line) {
  checksum_parser parser;
  const std::optional<checksum_entry> entry = parser.parse(line);
  if (!entry) return "(malformed)";
  EXPECT_EQ(entry->digest, counting_digest());
  return entry->name;
}

TEST(checksum_line, has_a_form_for_each_style) {
  EXPECT_EQ(checksum_line(counting_digest(), "a b", {}), digits + "  a b\n");
  EXPECT_EQ(checksum_line(counting_digest(), "a", {.binary = true}), digits + " *a\n");
  EXPECT_EQ(checksum_line(counting_digest(), "a", {.tag = true}), "SHA256 (a) = " + digits + "\n");
}

TEST(checksum_line, escapes_names_unless_it_ends_with_nul) {
  EXPECT_EQ(checksum_line(counting_digest(), "a\n\\", {}), "\\" + digits + "  a\\n\\\\\n");
  EXPECT_EQ(checksum_line(counting_digest(), "\r", {.tag = true}),
            "\\SHA256 (\\r) = " + digits + "\n");
  EXPECT_EQ(checksum_line(counting_digest(), "a\n", {.zero = true}),
            digits + "  a\n" + std::string(1, '\0'));
}

TEST(checksum_parser, reads_what_was_written) {
  for (const std::string name : {"a", " a", "a b", "a\nb\r\\", ")", "*a", "SHA256 (a) = 1"}) {
    for (const checksum_style style : {checksum_style{}, checksum_style{.binary = true},
                                       checksum_style{.tag = true, .binary = true}}) {
      const std::string line = checksum_line(counting_digest(), name, style);
      EXPECT_EQ(name_in(std::string_view(line).substr(0, line.size() - 1)), name);
    }
  }
}

TEST(checksum_parser, reads_the_lists_of_other_tools) {
  EXPECT_EQ(name_in("SHA256(a)= " + digits), "a");  // openssl dgst
  EXPECT_EQ(name_in(digits + " a"), "a");           // BSD's sha256 -r
  EXPECT_EQ(name_in(" \t" + digits + "  a"), "a");
}

TEST(checksum_parser, goes_on_with_the_layout_of_the_first_line) {
  checksum_parser parser;
  EXPECT_EQ(parser.parse(digits + " a")->name, "a");
  EXPECT_EQ(parser.parse(digits + "  a")->name, " a");
  checksum_parser other;
  EXPECT_EQ(other.parse(digits + "  a")->name, "a");
  EXPECT_FALSE(other.parse(digits + " a"));
}

TEST(checksum_parser, refuses_what_is_no_checksum) {
  const std::vector<std::string> wrong = {"",
                                          "a",
                                          digits,
                                          digits + " ",
                                          digits.substr(1) + "  a",
                                          "0" + digits + "  a",
                                          "g" + digits.substr(1) + "  a",
                                          "SHA256 (a) " + digits,
                                          "SHA256 (a = " + digits,
                                          "SHA256 (a) = " + digits + " ",
                                          "SHA256 a",
                                          "MD5 (a) = " + digits,
                                          "\\" + digits + "  a\\",
                                          "\\" + digits + "  \\a",
                                          "\\\\" + digits + "  a"};
  for (const std::string& line : wrong) {
    EXPECT_EQ(name_in(line), "(malformed)") << line;
  }
}

}  // namespace
}  // namespace pirn::apps
