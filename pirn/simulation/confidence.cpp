#include "pirn/simulation/confidence.hpp"

#include <cmath>
#include <limits>

#include <boost/math/distributions/students_t.hpp>

#include "pirn/base/assert.hpp"

namespace pirn::des {

confidence_interval confidence_of(const moments& numbers, double level) {
  PIRN_ASSERT(0 < level && level < 1, "a level of confidence lies between 0 and 1");
  const auto count = static_cast<double>(numbers.count());
  if (count < 2) return {numbers.mean(), std::numeric_limits<double>::infinity(), level};
  const double error = std::sqrt(numbers.sample_variance() / count);
  return {numbers.mean(), student_t_quantile((1 + level) / 2, count - 1) * error, level};
}

double student_t_quantile(double probability, double degrees_of_freedom) {
  PIRN_ASSERT(0 < probability && probability < 1, "a probability lies between 0 and 1");
  PIRN_ASSERT(degrees_of_freedom > 0, "one number alone has no spread");
  return quantile(boost::math::students_t(degrees_of_freedom), probability);
}

}  // namespace pirn::des
