// hash_report: what `pirn hash` says of files and lists, as text or as JSON.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "checksum_line.hpp"
#include "file_digest.hpp"

namespace pirn::apps {

/// What became of a file that is in a list.
enum class check_fate : std::uint8_t { ok, mismatched, unreadable, passed_over };

/// What became of a list.
struct check_counts {
  std::uint64_t well_formed = 0;
  std::uint64_t malformed = 0;
  std::uint64_t ok = 0;
  std::uint64_t mismatched = 0;
  std::uint64_t unreadable = 0;
};

/// How much is said of lists; each of sha256sum's options of these names puts off the others.
enum class check_words : std::uint8_t { usual, quiet, status, warn };

struct report_style {
  checksum_style line;
  check_words words = check_words::usual;
  bool ignore_missing = false;
};
static_assert(std::is_trivially_copyable_v<report_style>);

/// Told of all in order. What is wrong with a list is always said on standard error.
class hash_report {
 public:
  explicit hash_report(report_style style) noexcept : style_(style) {}
  hash_report(hash_report&&) = delete;  // used through a pointer
  virtual ~hash_report() = default;

  /// A file's digest.
  virtual void digested(std::string_view name, const sha256_digest& digest) = 0;
  /// A file without one.
  virtual void failed(std::string_view name, int error) = 0;
  /// A file of a list; `error` says why it is unreadable.
  virtual void checked(std::string_view name, check_fate fate, int error) = 0;
  /// All has been said.
  virtual void end() = 0;

  /// A line of a list that is none.
  void malformed(std::string_view list, std::uint64_t line) const;
  void list_ended(std::string_view list, const check_counts& counts) const;
  /// A list that cannot be read.
  void list_failed(std::string_view list, int error) const;
  void list_broken(std::string_view list) const;

 protected:
  const report_style& style() const noexcept { return style_; }

 private:
  const report_style style_;
};

/// What sha256sum says.
std::unique_ptr<hash_report> text_hash_report(report_style style);
/// One JSON object: `{"files": [{"name", …}, …], "ok", "failed"}`.
std::unique_ptr<hash_report> json_hash_report(report_style style);

}  // namespace pirn::apps
