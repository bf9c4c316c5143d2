// json_text: the little JSON that the command writes and reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pirn::apps {

/// `text` as a JSON string, with its quotes. Bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

/// The value of the first field of that name that is a string, wherever it stands.
/// Returns: nullopt when there is none, or when it is malformed.
std::optional<std::string> find_json_string(std::string_view json, std::string_view field);

}  // namespace pirn::apps
