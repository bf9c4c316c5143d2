#include "pirn/core/frame.hpp"

#include <string_view>

#include "pirn/core/loop.hpp"

namespace pirn {

void frame_base::never_started() const noexcept {
  if (loop* home = loop::current_or_null()) home->report_never_awaited(*this);
}

// `pirn::task<> app::say_after(pirn::duration, std::string)` -> `say_after`. The parameter list is
// the first parenthesis outside template arguments; what stands before it, back to a space or `::`
// outside template arguments, is the name.
std::string frame_base::function_name() const {
  std::string_view signature = where_.function_name();
  std::size_t depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < signature.size(); ++at) {
    char letter = signature[at];
    if (letter == '<') ++depth;
    if (letter == '>' && depth > 0) --depth;
    if (depth > 0) continue;
    bool lambda = signature.substr(at).starts_with("(anonymous") ||
                  signature.substr(at).starts_with("(lambda");
    if (letter == '(' && !lambda) return std::string(signature.substr(begin, at - begin));
    if (letter == ' ' || letter == ':' || letter == '*' || letter == '&') begin = at + 1;
  }
  return std::string(signature);
}

}  // namespace pirn
