// http_request: the request parser under arbitrary bytes. How they are cut must change nothing, and
// what was read must read the same after it was written again.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/http_common.hpp"
#include "pirn/http/codec.hpp"
#include "pirn/http/serialize.hpp"

namespace {

using namespace pirn::http;

bool is_rewritten(field_id id) {
  return id == field_id::content_length || id == field_id::transfer_encoding;
}

std::vector<std::string> comparable(const fields_view& all) {
  std::vector<std::string> lines;
  for (const field each : all) {
    const field_id id = identify(each.name);
    if (is_rewritten(id) || id == field_id::host || id == field_id::connection) continue;
    lines.push_back(std::string(each.name) + ": " + std::string(each.value));
  }
  return lines;
}

void require_round_trip(const request_head& head) {
  fields all(head.fields);  // what the parser lets through can be sent
  all.remove(field_id::content_length);
  all.remove(field_id::transfer_encoding);
  std::string text;
  append_request_head(text,
                      {.method = head.method,
                       .target = head.target,
                       .host = "",
                       .body = head.body,
                       .keep_alive = head.keep_alive},
                      all);
  request_parser again(
      {.start_line_max_bytes = 1 << 20, .head_max_bytes = 1 << 20, .fields_max = 1000});
  const parse_step step = again.feed(std::as_bytes(std::span(text)));
  PIRN_ASSERT(step.what == parsed::head && step.consumed == text.size(), "it reads what it wrote");
  PIRN_ASSERT(again.head().method == head.method, "the method is the same");
  PIRN_ASSERT(again.head().target == head.target, "the target is the same");
  PIRN_ASSERT(again.head().body == head.body, "the body ends where it did");
  PIRN_ASSERT(again.head().keep_alive == head.keep_alive, "the connection lasts as long");
  PIRN_ASSERT(comparable(again.head().fields) == comparable(head.fields),
              "the fields are the same");
}

void require_round_trips(std::string_view input) {
  request_parser parser;
  std::span<const std::byte> rest = std::as_bytes(std::span(input));
  for (;;) {
    const parse_step step = parser.feed(rest);
    PIRN_ASSERT(step.consumed <= rest.size(), "no more is used than was given");
    rest = rest.subspan(step.consumed);
    if (step.what == parsed::head) require_round_trip(parser.head());
    if (step.what == parsed::need_more || step.what == parsed::error) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::uint64_t seed = fuzz::hash_of(input);
  fuzz::require_same_for_all_cuts(seed, [&](const cutter& cut) {
    return transcribe_requests(input, cut, fuzz::limits_for(seed));
  });
  require_round_trips(input);
  return 0;
}
