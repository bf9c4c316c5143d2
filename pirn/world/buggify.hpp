// buggify: places at which a program may be made to take its rarest way, in a simulation only.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "pirn/base/random.hpp"

namespace pirn {

/// Whether to do here what hardly ever happens: answer late, use a tiny buffer, fail for once.
/// Outside of a world it is always false. In one, each name is on in a quarter of the runs, drawn
/// from the seed, and then true with `probability` at each pass.
///
/// Cost:    outside of a world a thread-local load.
/// Source:  FoundationDB's BUGGIFY.
/// Example: `if (buggify("small window")) window_bytes = 1;`
bool buggify(std::string_view name, double probability = 0.05);

namespace detail {

/// The sites of one world: which are on, and what each draws; a new one does not shift the others.
class buggify_sites {
 public:
  explicit buggify_sites(const random_source& random) : random_(random.split("buggify")) {}

  bool pass(std::string_view name, double probability);
  /// How often a site said yes, for who wants to see that it was reached.
  std::map<std::string, unsigned, std::less<>> hits() const;

 private:
  struct site {
    bool on;
    random_source lots;
    unsigned hits = 0;
  };

  random_source random_;
  std::map<std::string, site, std::less<>> sites_;
};

/// While it lives, this thread runs a program of a world.
class buggify_scope {
 public:
  explicit buggify_scope(buggify_sites& sites) noexcept;
  buggify_scope(buggify_scope&&) = delete;  // restores in stack order
  ~buggify_scope();

 private:
  buggify_sites* before_;
};

}  // namespace detail

}  // namespace pirn
