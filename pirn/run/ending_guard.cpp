#include "pirn/run/ending_guard.hpp"

namespace pirn::detail {

ending_guard::ending_guard(loop& home, std::span<const int> numbers) : signal_mail(home) {
  signal_listener& told = *this;
  for (int each : numbers) {
    if (has_default_action(each)) kinds_.emplace_back(each, told, signal_claim::remains);
  }
}

bool ending_guard::signal_came(int number) noexcept {
  int none = 0;
  if (!came_.compare_exchange_strong(none, number)) return false;
  post();
  return true;
}

}  // namespace pirn::detail
