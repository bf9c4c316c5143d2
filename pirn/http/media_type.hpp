// media_type: what kind of content a file is, by its name.
#pragma once

#include <string_view>

namespace pirn::http {

/// The media type for the value of Content-Type, by the part after the last dot of the file's name
/// (in any case); `application/octet-stream` for what is not known. Text gets `charset=utf-8`.
std::string_view media_type(std::string_view file_name) noexcept;

}  // namespace pirn::http
