// index_cache: the index of the characters' names, kept from one run to the next.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "name_index.hpp"

namespace pirn::apps {

/// Where indices are kept: a directory of the user's, or empty for nowhere.
/// Source: the XDG Base Directory Specification, $XDG_CACHE_HOME.
std::string index_cache_directory();

/// The index over the names in `source`, a UnicodeData.txt. It is taken from `directory`, unless it
/// is not there, is damaged, or is not of this source as it is now; then it is made, and kept there
/// if that can be done.
///
/// `complain`: told when a cache that is there cannot be read; all goes on without it.
/// Throws: std::system_error that names what could not be done with the source;
///         std::runtime_error when it is malformed.
/// Cost:   some milliseconds with a cache, some tens without; blocks.
name_index load_name_index(const std::string& source, const std::string& directory,
                           const std::function<void(std::string_view)>& complain);

}  // namespace pirn::apps
