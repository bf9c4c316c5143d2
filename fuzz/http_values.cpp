// http_values: the values inside HTTP under arbitrary text: URLs, paths, ranges, dates, entity
// tags, lists, fields.
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "fuzz/http_common.hpp"
#include "pirn/http/conditional.hpp"
#include "pirn/http/date.hpp"
#include "pirn/http/error.hpp"
#include "pirn/http/fields.hpp"
#include "pirn/http/media_type.hpp"
#include "pirn/http/path.hpp"
#include "pirn/http/range.hpp"
#include "pirn/http/syntax.hpp"
#include "pirn/http/url.hpp"

namespace {

using namespace pirn::http;

constexpr std::chrono::sys_seconds now(std::chrono::seconds(1'700'000'000));

void check_url(std::string_view text) {
  try {
    const url first = url::parse(text);
    PIRN_ASSERT(first.target().starts_with('/'), "a target begins with a slash");
    PIRN_ASSERT(!first.host().empty() && first.port() != 0, "there is somebody to connect to");
    PIRN_ASSERT(url::parse(first.to_string()) == first, "a URL reads the same when it was written");
  } catch (const std::system_error& error) {
    PIRN_ASSERT(error.code() == errc::bad_url, "what is wrong with a URL is the URL");
  }
  try {
    const url resolved = url::parse("http://a/b/c/d;p?q").resolve(text);
    PIRN_ASSERT(url::parse(resolved.to_string()) == resolved, "so does a resolved one");
  } catch (const std::system_error& error) {
    PIRN_ASSERT(error.code() == errc::bad_url, "what is wrong with a reference is the reference");
  }
}

void check_path(std::string_view text) {
  PIRN_ASSERT(percent_decode(percent_encode_path(text)) == text, "encoding is undone by decoding");
  const auto safe = safe_path(text);
  if (!safe) return;
  const std::string wrapped = '/' + safe->text + '/';
  PIRN_ASSERT(wrapped.find("/../") == std::string::npos, "no segment leads out");
  PIRN_ASSERT(wrapped.find("/./") == std::string::npos, "no segment is a dot");
  PIRN_ASSERT(safe->text.empty() || wrapped.find("//") == std::string::npos, "no segment is empty");
  PIRN_ASSERT(wrapped.find('\0') == std::string::npos, "no NUL");
}

void check_range(std::string_view text, std::uint64_t size_bytes) {
  const range_request request = range_request::parse(text, size_bytes);
  std::uint64_t total = 0;
  for (const byte_range range : request.ranges()) {
    PIRN_ASSERT(range.first <= range.last && range.last < size_bytes, "a range lies in the whole");
    total += range.size_bytes();
  }
  const bool partial = request.what() == range_request::kind::partial;
  PIRN_ASSERT(partial == !request.ranges().empty(), "a partial answer has ranges");
  PIRN_ASSERT(total <= size_bytes, "no more is sent than there is");
  if (const auto told = parse_content_range(text); told && told->range && told->size_bytes) {
    std::string written;
    append_content_range(written, *told->range, *told->size_bytes);
    PIRN_ASSERT(parse_content_range(written)->range == told->range, "it reads what it wrote");
  }
}

void check_date(std::string_view text) {
  const auto when = parse_date(text, now);
  if (when) PIRN_ASSERT(parse_date(format_date(*when), now) == when, "it reads what it wrote");
}

void check_fields(std::string_view text) {
  fields all;
  const std::size_t colon = text.find(':');
  try {
    all.add(text.substr(0, colon), colon == text.npos ? "" : text.substr(colon + 1));
    PIRN_ASSERT(all.wire_text().find_first_of("\r\n") == all.wire_text().size() - 2, "one line");
    PIRN_ASSERT(all.find(text.substr(0, colon)).has_value(), "what was added is found");
    all.set(all.view()[0].name, all.view()[0].value);
    PIRN_ASSERT(all.remove(text.substr(0, colon)) == 1, "once");
  } catch (const std::invalid_argument&) {
    PIRN_ASSERT(all.empty(), "what is refused leaves nothing behind");
  }
}

void check_conditions(std::string_view text) {
  std::string_view rest = text;
  std::size_t found = 0;
  while (detail::next_element(rest)) ++found;
  PIRN_ASSERT(found <= text.size(), "a list has no more elements than characters");
  fields request;
  if (detail::find_control(text) != text.npos) return;
  request.add(field_id::if_none_match, text).add(field_id::if_range, text);
  const validators current{parse_entity_tag(text), now};
  evaluate_preconditions(method::get, request, current, now);
  range_applies(request, current, now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_url(input);
  check_path(input);
  check_range(input, fuzz::hash_of(input) % 2000);
  check_range(input, ~std::uint64_t{0});
  check_date(input);
  check_fields(input);
  check_conditions(input);
  (void)media_type(input);
  return 0;
}
