#include "pirn/core/frame.hpp"

#include <algorithm>
#include <string_view>

#include "pirn/core/loop.hpp"

namespace pirn {

namespace {

// The index after the bracket that closes the one at `open`, "(anonymous namespace)" or "<...>".
std::size_t after_bracket(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '(' || text[at] == '<') ++depth;
    if ((text[at] == ')' || text[at] == '>') && --depth == 0) return at + 1;
  }
  return text.size();
}

bool is_scope_name(std::string_view rest) {
  return rest.starts_with("(anonymous ") || rest.starts_with("(lambda ") ||
         rest.starts_with("(unnamed ");
}

// `pirn::task<> app::say_after(pirn::duration, std::string)` -> `app::say_after`. The parameter
// list is the first parenthesis outside template arguments; what stands before it, back to a space,
// is the name. A lambda is named after the function that it stands in.
std::string_view qualified_name(std::string_view signature) {
  constexpr std::string_view call_operator = "::operator()";
  std::size_t begin = 0;
  std::size_t at = 0;
  while (at < signature.size()) {
    const char letter = signature[at];
    if (signature.substr(at).starts_with(call_operator)) {
      return signature.substr(begin, at - begin);
    }
    if (letter == '<' || (letter == '(' && is_scope_name(signature.substr(at)))) {
      at = after_bracket(signature, at);
      continue;
    }
    if (letter == '(') break;
    ++at;
    if (letter == ' ' || letter == '*' || letter == '&') begin = at;
  }
  return signature.substr(begin, at - begin);
}

}  // namespace

std::string frame_base::function_name() const {
  std::string_view name = qualified_name(where_.function_name());
  const std::size_t arguments = std::min(name.find('<'), name.size());
  const std::size_t scope = name.rfind("::", arguments);
  return std::string(scope == std::string_view::npos ? name : name.substr(scope + 2));
}

bool frame_base::is_plumbing() const {
  std::string_view name = qualified_name(where_.function_name());
  return name.starts_with("pirn::detail::") || name.starts_with("pirn::task_group::");
}

void frame_base::never_started() const noexcept {
  if (loop* home = loop::current_or_null()) home->report_never_awaited(*this);
}

}  // namespace pirn
