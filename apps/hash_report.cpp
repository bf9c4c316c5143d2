#include "hash_report.hpp"

#include <cstdio>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "json_text.hpp"
#include "shell_quoted.hpp"

namespace pirn::apps {

namespace {

void write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

// After what was said before, where both go to one place.
void complain(std::string_view text) {
  std::fflush(stdout);
  fmt::print(stderr, "pirn hash: {}\n", text);
}

void warn_of(std::uint64_t count, std::string_view one, std::string_view several) {
  if (count > 0) complain(fmt::format("WARNING: {} {}", count, count == 1 ? one : several));
}

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

class report_as_text final : public hash_report {
 public:
  using hash_report::hash_report;

  void digested(std::string_view name, const sha256_digest& digest) override {
    write(checksum_line(digest, name, style().line));
  }
  void failed(std::string_view name, int error) override {
    complain(fmt::format("{}: {}", shell_quoted(name), reason_of(error)));
  }
  void checked(std::string_view name, check_fate fate, int error) override {
    if (fate == check_fate::unreadable) failed(name, error);
    const std::string_view word = word_of(fate);
    if (word.empty() || style().words == check_words::status) return;
    if (fate == check_fate::ok && style().words == check_words::quiet) return;
    const bool spans_lines = name.contains('\n');
    write(fmt::format("{}: {}\n", spans_lines ? listed_name(name) : std::string(name), word));
  }
  void end() override {}

 private:
  static std::string_view word_of(check_fate fate) noexcept {
    switch (fate) {
      case check_fate::ok:
        return "OK";
      case check_fate::mismatched:
        return "FAILED";
      case check_fate::unreadable:
        return "FAILED open or read";
      case check_fate::passed_over:
        return "";
    }
    std::unreachable();
  }
};

class report_as_json final : public hash_report {
 public:
  using hash_report::hash_report;

  void digested(std::string_view name, const sha256_digest& digest) override {
    ++ok_;
    add(name, fmt::format("\"sha256\": \"{}\"", to_hex(digest)));
  }
  void failed(std::string_view name, int error) override {
    ++failed_;
    add(name, fmt::format("\"error\": {}", json_string(reason_of(error))));
  }
  void checked(std::string_view name, check_fate fate, int error) override {
    switch (fate) {
      case check_fate::ok:
        ++ok_;
        return add(name, "\"result\": \"ok\"");
      case check_fate::mismatched:
        ++failed_;
        return add(name, "\"result\": \"mismatched\"");
      case check_fate::unreadable:
        ++failed_;
        return add(name, fmt::format("\"result\": \"unreadable\", \"error\": {}",
                                     json_string(reason_of(error))));
      case check_fate::passed_over:
        return add(name, "\"result\": \"missing\"");
    }
    std::unreachable();
  }
  void end() override {
    write(is_empty_ ? "{\"files\": [" : "\n");
    write(fmt::format("], \"ok\": {}, \"failed\": {}}}\n", ok_, failed_));
  }

 private:
  void add(std::string_view name, std::string_view fields) {
    write(is_empty_ ? "{\"files\": [\n" : ",\n");
    write(fmt::format("{{\"name\": {}, {}}}", json_string(name), fields));
    is_empty_ = false;
  }

  bool is_empty_ = true;
  std::uint64_t ok_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace

void hash_report::malformed(std::string_view list, std::uint64_t line) const {
  if (style_.words != check_words::warn) return;
  complain(
      fmt::format("{}: {}: improperly formatted SHA256 checksum line", shell_quoted(list), line));
}

void hash_report::list_ended(std::string_view list, const check_counts& counts) const {
  if (counts.well_formed == 0) {
    complain(shell_quoted(list) + ": no properly formatted checksum lines found");
    return;
  }
  if (style_.words == check_words::status) return;
  warn_of(counts.malformed, "line is improperly formatted", "lines are improperly formatted");
  warn_of(counts.unreadable, "listed file could not be read", "listed files could not be read");
  warn_of(counts.mismatched, "computed checksum did NOT match", "computed checksums did NOT match");
  if (style_.ignore_missing && counts.ok == 0) {
    complain(shell_quoted(list) + ": no file was verified");
  }
}

void hash_report::list_failed(std::string_view list, int error) const {
  complain(fmt::format("{}: {}", shell_quoted(list), reason_of(error)));
}

void hash_report::list_broken(std::string_view list) const {
  complain(shell_quoted(list) + ": read error");
}

std::unique_ptr<hash_report> text_hash_report(report_style style) {
  return std::make_unique<report_as_text>(style);
}

std::unique_ptr<hash_report> json_hash_report(report_style style) {
  return std::make_unique<report_as_json>(style);
}

}  // namespace pirn::apps
