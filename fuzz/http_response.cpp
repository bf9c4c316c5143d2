// http_response: the response parser under arbitrary bytes. How they are cut must change nothing.
#include <array>
#include <string_view>

#include "fuzz/http_common.hpp"
#include "pirn/http/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pirn::http;
  static constexpr std::array<std::array<method, 3>, 4> asked = {{
      {method::get, method::head, method::post},
      {method::head, method::get, method::get},
      {method::connect, method::get, method::get},
      {method::get, method::get, method::connect},
  }};
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::uint64_t seed = fuzz::hash_of(input);
  for (const auto& methods : asked) {
    fuzz::require_same_for_all_cuts(seed, [&](const cutter& cut) {
      return transcribe_responses(input, methods, cut, fuzz::limits_for(seed));
    });
  }
  return 0;
}
