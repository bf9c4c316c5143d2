// download_names: what the file of a URL is called.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace pirn::apps {

/// The name that a URL's path suggests: its last segment, percent-decoded, with nothing in it that
/// leads elsewhere; `index.html` when there is none.
std::string suggested_name(std::string_view url_path);

/// Gives each URL of a run a file name of its own.
class download_names {
 public:
  /// `suggested`, or, when that was given before, with .1, .2 and so on after it.
  std::string take(std::string suggested);

 private:
  std::unordered_set<std::string> taken_;
};

}  // namespace pirn::apps
