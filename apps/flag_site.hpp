// flag_site: a web site of flags that can be slow, and can fail, as told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/base/time.hpp"
#include "pirn/http/exchange.hpp"
#include "pirn/http/router.hpp"
#include "pirn/http/static_files.hpp"

namespace pirn::apps {

/// Where Debian's famfamfam-flag-gif puts its flags.
inline constexpr std::string_view flags_directory = "/usr/share/flags/countries/16x11";

/// How a site treats its visitors.
struct site_manners {
  duration delay{};          ///< before an answer
  double delayed_share = 1;  ///< how many of the answers are delayed
  double error_rate = 0;     ///< how many requests are answered 503
  std::uint64_t seed = 0;    ///< of who gets the delays and the errors
};

/// Answers `/flags/br/br.gif` with a flag and `/flags/br/metadata.json` with its country's name.
///
/// Which requests are delayed and which fail is a matter of seed and path alone, so that every
/// client that asks for the same gets the same, in whatever order it asks.
class flag_site {
 public:
  /// Throws: std::system_error when `directory` is none.
  flag_site(const std::string& directory, const site_manners& manners);
  flag_site(flag_site&&) = delete;  // its routes point at it

  /// Answers one request. The site must outlive the run.
  task<> operator()(http::exchange& current) const { return routes_(current); }

 private:
  task<> answer(http::exchange& current) const;
  /// A number from 0 to 1 that depends on the seed, the path and what it is drawn for.
  double draw(std::string_view path, std::string_view purpose) const noexcept;

  http::static_files files_;
  site_manners manners_;
  http::router routes_;
};

/// The codes of the flags in a directory, upper case and sorted.
/// Throws: std::system_error that says where flags come from when there is no such directory.
std::vector<std::string> flag_codes_in(const std::string& directory);

}  // namespace pirn::apps
