#include "pirn/simulation/field_text.hpp"

#include <cmath>

#include <fmt/core.h>

namespace pirn::des {

std::string json_number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

std::string json_numbers(std::span<const double> values) {
  std::string text = "[";
  for (double value : values) {
    if (text.size() > 1) text += ", ";
    text += json_number(value);
  }
  return text + "]";
}

std::string csv_number(double value) {
  return std::isnan(value) ? "" : fmt::format("{}", value);
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (char letter : text) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + '"';
}

std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  for (char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < ' ') {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(code));
      continue;
    }
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + '"';
}

}  // namespace pirn::des
