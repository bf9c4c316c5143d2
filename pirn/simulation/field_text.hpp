// field_text: numbers and names as CSV and JSON have them.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pirn::des {

/// The shortest text that reads back as the same number; `null` for what JSON has no word for.
std::string json_number(double value);
/// `[1, 2.5]`
std::string json_numbers(std::span<const double> values);
/// The same; nothing for NaN.
std::string csv_number(double value);

/// A text as a field of a CSV line: in quotes where it must be. Source: RFC 4180.
std::string csv_field(std::string_view text);
/// A text as a JSON string, with its quotes.
/// Requires: it is UTF-8.
std::string json_string(std::string_view text);

}  // namespace pirn::des
