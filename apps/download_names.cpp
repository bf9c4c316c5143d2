#include "download_names.hpp"

#include <utility>

#include "pirn/http/path.hpp"

namespace pirn::apps {

std::string suggested_name(std::string_view url_path) {
  constexpr std::size_t size_max = 200;  // leaves room for what is put after it, within 255
  const std::string_view segment = url_path.substr(url_path.rfind('/') + 1);
  std::string name = http::percent_decode(segment).value_or(std::string(segment));
  for (char& c : name) {
    if (c == '/' || static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '_';
  }
  if (name.size() > size_max) name.resize(size_max);
  if (name.empty() || name == "." || name == "..") return "index.html";
  return name;
}

std::string download_names::take(std::string suggested) {
  if (taken_.insert(suggested).second) return suggested;
  for (unsigned number = 1;; ++number) {
    std::string name = suggested + "." + std::to_string(number);
    if (taken_.insert(name).second) return name;
  }
}

}  // namespace pirn::apps
