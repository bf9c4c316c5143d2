// country_names: what countries are called.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pirn::apps {

/// The English name of a country: "Brazil" for "BR".
/// Source: ISO 3166-1, of 2023, and its former codes AN and CS.
std::optional<std::string_view> country_name(std::string_view code) noexcept;

/// All codes that have a name, sorted.
std::vector<std::string> country_codes();

}  // namespace pirn::apps
