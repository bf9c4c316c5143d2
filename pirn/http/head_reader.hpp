// head_reader: the parts of a message that llhttp reads for us, held to the letter: heads, chunk
// heads, trailers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "pirn/http/codec.hpp"
#include "pirn/http/fields.hpp"

namespace pirn::http::detail {

/// A stretch of text inside a section.
struct text_range {
  std::uint32_t at = 0;
  std::uint32_t size = 0;

  std::uint32_t end() const noexcept { return at + size; }
};

/// A part of a message that is made of lines: its head, or its trailers. The text is read where it
/// lies as long as it arrives in one piece; otherwise it is gathered in `carry`. All positions
/// count from `text`.
struct line_section {
  const char* text = nullptr;
  std::string carry;
  field_table table;
  std::size_t seen_bytes = 0;
  bool is_carried = false;

  std::string_view at(text_range range) const noexcept { return {text + range.at, range.size}; }
  fields_view fields() const noexcept { return {text, table}; }

  void clear() noexcept;
  /// Moves the text that was seen so far into `carry`.
  void keep();
};

/// Drives llhttp over everything in a message that is not its body, and checks what llhttp lets
/// pass: every line ends with CRLF, no line is folded, the start line has single spaces, no field
/// lacks its name.
///
/// llhttp is fed as the bytes come, so an error shows at its byte and no byte is looked at twice.
/// What drives llhttp is in head_reader.cpp, what checks is in head_rules.cpp.
class head_reader {
 public:
  enum class side : std::uint8_t { request, response };
  enum class progress : std::uint8_t { need_more, done, failed };

  head_reader(side reads, const codec_limits& limits);
  head_reader(head_reader&&) = delete;  // llhttp points at it
  ~head_reader();

  /// Starts the next message; the text of the last one goes.
  void begin() noexcept;

  /// Each of these takes what belongs to it off the front of `input`. On `failed`, `error` says
  /// why.
  progress read_head(std::string_view& input);
  progress read_chunk_head(std::string_view& input);
  progress read_trailers(std::string_view& input);

  /// Shows llhttp the data of a chunk, which is not its concern but for the count.
  void pass_chunk_data(std::string_view data) noexcept;

  line_section& head() noexcept { return head_; }
  line_section& trailers() noexcept { return trailers_; }

  /// What the head said, once it is done.
  int method_number() const noexcept;
  int status_number() const noexcept;
  int version_number() const noexcept;  ///< 10 or 11
  text_range target() const noexcept { return target_; }
  text_range reason() const noexcept { return reason_; }
  /// Whether llhttp goes on with chunks.
  bool is_chunked() const noexcept;
  /// The Content-Length that llhttp saw, or the size of the present chunk.
  std::uint64_t length() const noexcept;

  failure error;

 private:
  friend struct llhttp_callbacks;

  progress read_lines(line_section& section, std::string_view& input);
  std::size_t section_max_bytes() const noexcept;
  progress refuse_oversize();
  progress refuse_input(std::size_t position);
  progress refuse_method(std::size_t position);
  int fail(errc code, std::string what);

  int on_method();
  int on_version();
  int on_status();
  int on_name();
  int on_value(text_range piece);
  int on_field();
  int on_lines_end(std::size_t end);
  int check_request_line();
  int check_target();
  bool is_blank(std::size_t from, std::size_t to) const noexcept;
  text_range range_of(const char* at, std::size_t size) const noexcept;
  std::string where(std::size_t position) const;

  struct machine;  // llhttp's own state
  std::unique_ptr<machine> machine_;
  codec_limits limits_;
  side side_;

  // The section that is being read, and the line in it.
  line_section head_;
  line_section trailers_;
  line_section* section_ = &head_;
  std::size_t next_line_ = 0;  // where the line after the present one has to begin
  bool start_line_done_ = false;
  bool has_name_ = false;
  bool has_value_ = false;
  bool name_done_ = false;
  text_range name_;
  text_range value_;

  text_range target_;
  text_range version_;
  text_range reason_;

  std::size_t chunk_head_bytes_ = 0;
  std::size_t chunk_waste_bytes_ = 0;
};

}  // namespace pirn::http::detail
