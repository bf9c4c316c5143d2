#include "pirn/world/buggify.hpp"

#include <utility>

namespace pirn {

namespace {

constinit thread_local detail::buggify_sites* current_sites = nullptr;

}  // namespace

bool buggify(std::string_view name, double probability) {
  return current_sites != nullptr && current_sites->pass(name, probability);
}

namespace detail {

bool buggify_sites::pass(std::string_view name, double probability) {
  constexpr double chance_of_on = 0.25;
  auto known = sites_.find(name);
  if (known == sites_.end()) {
    random_source lots = random_.split(name);
    const bool on = lots.uniform() < chance_of_on;
    known = sites_.emplace(std::string(name), site{on, lots}).first;
  }
  site& here = known->second;
  if (!here.on || here.lots.uniform() >= probability) return false;
  ++here.hits;
  return true;
}

std::map<std::string, unsigned, std::less<>> buggify_sites::hits() const {
  std::map<std::string, unsigned, std::less<>> counted;
  for (const auto& [name, each] : sites_) counted.emplace(name, each.hits);
  return counted;
}

buggify_scope::buggify_scope(buggify_sites& sites) noexcept
    : before_(std::exchange(current_sites, &sites)) {}

buggify_scope::~buggify_scope() {
  current_sites = before_;
}

}  // namespace detail

}  // namespace pirn
