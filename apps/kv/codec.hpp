// codec: messages and entries as bytes.
#pragma once

#include <string>
#include <string_view>

#include "message.hpp"

namespace pirn::apps::kv {

std::string encoded(const request& said);
std::string encoded(const reply& said);
std::string encoded(const entry& kept);

// Throw std::system_error with EBADMSG for what the others did not make.
request decoded_request(std::string_view bytes);
reply decoded_reply(std::string_view bytes);
entry decoded_entry(std::string_view bytes);

}  // namespace pirn::apps::kv
