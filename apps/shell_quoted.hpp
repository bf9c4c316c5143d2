// shell_quoted: a name in a message, so that a shell would take it back.
#pragma once

#include <string>
#include <string_view>

namespace pirn::apps {

/// The name as it is where that is clear, otherwise in quotes: `a`, `'a b'`, `"it's"`,
/// `'a'$'\n''b'`. A colon is quoted too: one comes after names in messages.
/// So are bytes that are no UTF-8.
///
/// Source: the GNU tools' messages.
std::string shell_quoted(std::string_view name);

}  // namespace pirn::apps
