#include "pirn/http/head_reader.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <llhttp.h>

#include "pirn/base/assert.hpp"
#include "pirn/http/syntax.hpp"

namespace pirn::http::detail {
namespace {

constexpr std::size_t carry_piece_bytes = 1024;  // what follows a section is copied at most so far
constexpr std::size_t carry_kept_bytes =
    4096;  // a longer buffer is not worth keeping for the next message
constexpr std::size_t chunk_head_free_bytes = 16;

static_assert(HTTP_DELETE == static_cast<int>(method::delete_));
static_assert(HTTP_GET == static_cast<int>(method::get));
static_assert(HTTP_TRACE == static_cast<int>(method::trace));
static_assert(HTTP_UNLOCK == static_cast<int>(method::unlock));
static_assert(HTTP_PATCH == static_cast<int>(method::patch));
static_assert(HTTP_UNLINK == static_cast<int>(method::unlink));
static_assert(HTTP_UNLINK + 1 == method_count);

/// llhttp's sentence, to go on inside one of ours; names like Content-Length keep their capital.
std::string in_sentence(const char* reason) {
  std::string text = reason == nullptr ? "malformed" : reason;
  const bool is_word = text.find_first_of(" -/") == text.find(' ');
  if (is_word && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] | 0x20);
  return text;
}

errc code_of(llhttp_errno error, bool in_chunk) noexcept {
  switch (error) {
    case HPE_INVALID_METHOD:
    case HPE_INVALID_URL:
    case HPE_INVALID_CONSTANT:
    case HPE_INVALID_STATUS:
    case HPE_INVALID_VERSION:
      return errc::bad_start_line;
    case HPE_PAUSED_H2_UPGRADE:
      return errc::unsupported_version;
    case HPE_UNEXPECTED_CONTENT_LENGTH:
    case HPE_INVALID_CONTENT_LENGTH:
    case HPE_INVALID_TRANSFER_ENCODING:
      return errc::bad_framing;
    case HPE_INVALID_CHUNK_SIZE:
      return errc::bad_chunk;
    default:
      return in_chunk ? errc::bad_chunk : errc::bad_header;
  }
}

}  // namespace

struct head_reader::machine {
  llhttp_t state;
};

/// llhttp's callbacks, each handed to its reader. Span callbacks come once a piece, the others at
/// one byte exactly: all that can fail for a reason of ours hangs on those, so that an error does
/// not depend on how input is cut.
struct llhttp_callbacks {
  static head_reader& reader(llhttp_t* state) noexcept {
    return *static_cast<head_reader*>(state->data);
  }
  template <text_range head_reader::* Range>
  static int extend(llhttp_t* state, const char* at, std::size_t size) noexcept {
    const text_range piece = reader(state).range_of(at, size);
    text_range& range = reader(state).*Range;
    if (range.size == 0) range.at = piece.at;
    range.size += piece.size;
    return 0;
  }
  static int name(llhttp_t* state, const char* at, std::size_t size) noexcept {
    head_reader& self = reader(state);
    if (!self.has_name_) self.name_ = {self.range_of(at, 0).at, 0};
    self.has_name_ = true;
    self.name_.size += static_cast<std::uint32_t>(size);
    return 0;
  }
  static int value(llhttp_t* state, const char* at, std::size_t size) {
    return reader(state).on_value(reader(state).range_of(at, size));
  }
  template <int (head_reader::*Member)()>
  static int call(llhttp_t* state) {
    return (reader(state).*Member)();
  }
  static int pause(llhttp_t*) noexcept { return HPE_PAUSED; }

  static const llhttp_settings_t* settings() noexcept {
    static const llhttp_settings_t instance = [] {
      llhttp_settings_t all;
      llhttp_settings_init(&all);
      all.on_method_complete = call<&head_reader::on_method>;
      all.on_url = extend<&head_reader::target_>;
      all.on_version = extend<&head_reader::version_>;
      all.on_version_complete = call<&head_reader::on_version>;
      all.on_status = extend<&head_reader::reason_>;
      all.on_status_complete = call<&head_reader::on_status>;
      all.on_header_field = name;
      all.on_header_field_complete = call<&head_reader::on_name>;
      all.on_header_value = value;
      all.on_header_value_complete = call<&head_reader::on_field>;
      all.on_headers_complete = pause;
      all.on_chunk_header = pause;
      all.on_message_complete = pause;
      return all;
    }();
    return &instance;
  }
};

void line_section::clear() noexcept {
  text = nullptr;
  if (carry.capacity() > carry_kept_bytes) std::string().swap(carry);
  carry.clear();
  table.clear();
  seen_bytes = 0;
  is_carried = false;
}

void line_section::keep() {
  if (is_carried) return;
  carry.assign(text, seen_bytes);
  text = carry.data();
  is_carried = true;
}

head_reader::head_reader(side reads, const codec_limits& limits)
    : machine_(std::make_unique<machine>()), limits_(limits), side_(reads) {
  PIRN_ASSERT(limits.head_max_bytes <= std::numeric_limits<std::int32_t>::max(),
              "positions in a head have 32 bits");
  begin();
}

head_reader::~head_reader() = default;

void head_reader::begin() noexcept {
  llhttp_init(&machine_->state, side_ == side::request ? HTTP_REQUEST : HTTP_RESPONSE,
              llhttp_callbacks::settings());
  machine_->state.data = this;
  head_.clear();
  trailers_.clear();
  section_ = &head_;
  next_line_ = 0;
  start_line_done_ = has_name_ = has_value_ = name_done_ = false;
  target_ = version_ = reason_ = {};
  chunk_head_bytes_ = chunk_waste_bytes_ = 0;
}

int head_reader::method_number() const noexcept {
  return machine_->state.method;
}
int head_reader::status_number() const noexcept {
  return machine_->state.status_code;
}
int head_reader::version_number() const noexcept {
  return machine_->state.http_major * 10 + machine_->state.http_minor;
}
bool head_reader::is_chunked() const noexcept {
  return (machine_->state.flags & F_CHUNKED) != 0;
}
std::uint64_t head_reader::length() const noexcept {
  return machine_->state.content_length;
}

head_reader::progress head_reader::read_head(std::string_view& input) {
  if (head_.seen_bytes == 0 && !input.empty()) {
    const char first = input.front();
    const bool tls = first == 0x16 || (first == 0x15 && side_ == side::response);
    if (tls) return fail(errc::bad_start_line, "TLS where plain HTTP is spoken"), progress::failed;
    if (first == '\r' || first == '\n') {
      return fail(errc::bad_start_line, "a line end where a message begins"), progress::failed;
    }
  }
  return read_lines(head_, input);
}

head_reader::progress head_reader::read_trailers(std::string_view& input) {
  if (section_ != &trailers_) {
    section_ = &trailers_;
    next_line_ = 0;
  }
  return read_lines(trailers_, input);
}

head_reader::progress head_reader::read_chunk_head(std::string_view& input) {
  if (input.empty()) return progress::need_more;
  const std::size_t size = std::min(input.size(), limits_.chunk_head_max_bytes - chunk_head_bytes_);
  const llhttp_errno code = llhttp_execute(&machine_->state, input.data(), size);
  if (code == HPE_OK) {
    chunk_head_bytes_ += size;
    input.remove_prefix(size);
    if (input.empty()) return progress::need_more;
    return fail(errc::bad_chunk,
                fmt::format("chunk head: longer than {} bytes", limits_.chunk_head_max_bytes)),
           progress::failed;
  }
  const auto used = static_cast<std::size_t>(llhttp_get_error_pos(&machine_->state) - input.data());
  if (code != HPE_PAUSED) {
    section_ = nullptr;
    return refuse_input(used);
  }
  llhttp_resume(&machine_->state);
  input.remove_prefix(used);
  const std::size_t head_bytes = std::exchange(chunk_head_bytes_, 0) + used;
  chunk_waste_bytes_ += head_bytes - std::min(head_bytes, chunk_head_free_bytes);
  if (chunk_waste_bytes_ <= limits_.chunk_waste_max_bytes) return progress::done;
  return fail(errc::bad_chunk, fmt::format("chunk heads: over {} bytes of extensions in one body",
                                           limits_.chunk_waste_max_bytes)),
         progress::failed;
}

void head_reader::pass_chunk_data(std::string_view data) noexcept {
  const llhttp_errno code = llhttp_execute(&machine_->state, data.data(), data.size());
  PIRN_ASSERT(code == HPE_OK, "the data of a chunk cannot be wrong");
}

head_reader::progress head_reader::read_lines(line_section& section, std::string_view& input) {
  if (input.empty()) return progress::need_more;
  if (section.seen_bytes == 0) section.text = input.data();
  while (!input.empty()) {
    const std::size_t room = section_max_bytes() - section.seen_bytes;
    if (room == 0) return refuse_oversize();
    std::size_t size = std::min(input.size(), room);
    if (section.is_carried) {
      size = std::min(size, carry_piece_bytes);
      section.carry.append(input.substr(0, size));
      section.text = section.carry.data();
    }
    const char* const from = section.text + section.seen_bytes;
    const llhttp_errno code = llhttp_execute(&machine_->state, from, size);
    if (code == HPE_OK) {
      section.seen_bytes += size;
      input.remove_prefix(size);
      continue;
    }
    const auto used = static_cast<std::size_t>(llhttp_get_error_pos(&machine_->state) - from);
    if (code != HPE_PAUSED) return refuse_input(section.seen_bytes + used);
    llhttp_resume(&machine_->state);
    section.seen_bytes += used;
    input.remove_prefix(used);
    if (section.is_carried) section.carry.resize(section.seen_bytes);
    return on_lines_end(section.seen_bytes) == 0 ? progress::done : progress::failed;
  }
  section.keep();
  return progress::need_more;
}

std::size_t head_reader::section_max_bytes() const noexcept {
  if (start_line_done_) return limits_.head_max_bytes;
  return std::min(limits_.start_line_max_bytes, limits_.head_max_bytes);
}

head_reader::progress head_reader::refuse_oversize() {
  const std::size_t max = section_max_bytes();
  if (!start_line_done_ && side_ == side::request) {
    fail(errc::target_too_long, fmt::format("request line: longer than {} bytes", max));
  } else {
    const char* const what = section_ == &trailers_ ? "trailers"
                             : !start_line_done_    ? "status line"
                                                    : "head";
    fail(errc::head_too_large, fmt::format("{}: longer than {} bytes", what, max));
  }
  return progress::failed;
}

/// llhttp stopped at `position` of the section: at a byte that it does not like, or because we told
/// it to.
head_reader::progress head_reader::refuse_input(std::size_t position) {
  const llhttp_errno code = llhttp_get_errno(&machine_->state);
  const bool ours = error.code != errc{};
  if (ours) return progress::failed;
  if (code == HPE_INVALID_METHOD) return refuse_method(position);
  std::string reason = in_sentence(llhttp_get_error_reason(&machine_->state));
  if (section_ == nullptr) {
    fail(code_of(code, /*in_chunk=*/true), "chunk: " + reason);
    return progress::failed;
  }
  const bool wrong_method = reason == "invalid method for HTTP/x.x request";
  const bool wrong_version = reason == "invalid HTTP version";
  fail(wrong_method    ? errc::unknown_method
       : wrong_version ? errc::unsupported_version
                       : code_of(code, /*in_chunk=*/false),
       fmt::format("{}: {} (byte {})", where(position), reason, position));
  return progress::failed;
}

int head_reader::fail(errc code, std::string what) {
  error = {code, std::move(what)};
  return -1;
}

}  // namespace pirn::http::detail
