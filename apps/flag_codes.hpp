// flag_codes: which countries' flags are wanted.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace pirn::apps {

/// How the codes are chosen besides the arguments.
struct code_choice {
  bool every = false;  ///< AA to ZZ, whether there is such a country or not
  bool all = false;    ///< all that are available
  std::size_t limit = static_cast<std::size_t>(-1);  ///< only the first so many, in their order
};

/// The codes that the arguments ask for, sorted, each once: `BR` one code, `B` the 26 that begin
/// with it, in any case. Without arguments the 20 most populous countries.
///
/// Throws: usage_error for what is neither.
std::vector<std::string> choose_codes(std::span<const std::string> arguments,
                                      std::span<const std::string> available,
                                      const code_choice& choice);

}  // namespace pirn::apps
