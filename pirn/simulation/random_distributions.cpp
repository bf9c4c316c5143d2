// The real-valued distributions of `random`. Each is Python's expression, operation by operation in
// double precision: the file is compiled without fused multiply-add (CMakeLists.txt).

#include <cmath>
#include <numbers>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/simulation/random.hpp"

namespace pirn::des {

namespace {

constexpr double e = std::numbers::e;
constexpr double pi = std::numbers::pi;
constexpr double two_pi = 2 * pi;

// Python's %: the sign is the divisor's.
double modulo(double value, double divisor) noexcept {
  const double rest = std::fmod(value, divisor);
  if (rest == 0) return std::copysign(0.0, divisor);
  return (rest < 0) != (divisor < 0) ? rest + divisor : rest;
}

}  // namespace

double random::uniform(double low, double high) noexcept {
  return low + (high - low) * uniform();
}

namespace {

// `peak`: the mode's place, as a share of the way from low to high.
double triangular_at(double u, double low, double high, double peak) noexcept {
  if (u <= peak) return low + (high - low) * std::sqrt(u * peak);
  return high + (low - high) * std::sqrt((1.0 - u) * (1.0 - peak));
}

}  // namespace

double random::triangular(double low, double high) noexcept {
  return triangular_at(uniform(), low, high, 0.5);
}

double random::triangular(double low, double high, double mode) noexcept {
  const double u = uniform();
  return high == low ? low : triangular_at(u, low, high, (mode - low) / (high - low));
}

double random::expovariate(double rate) noexcept {
  return -std::log(1.0 - uniform()) / rate;
}

double random::gauss(double mean, double deviation) noexcept {
  if (gauss_next_) return mean + *std::exchange(gauss_next_, std::nullopt) * deviation;
  const double angle = uniform() * two_pi;
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  gauss_next_ = std::sin(angle) * radius;
  return mean + std::cos(angle) * radius * deviation;
}

// Source: Kinderman and Monahan, ACM Trans. Math. Software 3 (1977).
double random::normalvariate(double mean, double deviation) noexcept {
  constexpr double factor = 1.7155277699214135;  // 4 * exp(-1/2) / sqrt(2)
  for (;;) {
    const double u1 = uniform();
    const double u2 = 1.0 - uniform();
    const double z = factor * (u1 - 0.5) / u2;
    if (z * z / 4.0 <= -std::log(u2)) return mean + z * deviation;
  }
}

double random::lognormvariate(double mean, double deviation) noexcept {
  return std::exp(normalvariate(mean, deviation));
}

namespace {

// Source: Cheng, Applied Statistics 26 (1977).
double gamma_above_one(random& source, double alpha) noexcept {
  constexpr double log4 = 1.3862943611198906;
  constexpr double squeeze = 2.504077396776274;  // 1 + log(4.5)
  const double root = std::sqrt(2.0 * alpha - 1.0);
  const double offset = alpha - log4;
  const double slope = alpha + root;
  for (;;) {
    const double u1 = source.uniform();
    if (!(1e-7 < u1 && u1 < 0.9999999)) continue;
    const double u2 = 1.0 - source.uniform();
    const double v = std::log(u1 / (1.0 - u1)) / root;
    const double x = alpha * std::exp(v);
    const double z = u1 * u1 * u2;
    const double r = offset + slope * v - x;
    if (r + squeeze - 4.5 * z >= 0.0 || r >= std::log(z)) return x;
  }
}

// Source: algorithm GS of Ahrens and Dieter, in Kennedy and Gentle, Statistical Computing (1980).
double gamma_below_one(random& source, double alpha) noexcept {
  const double b = (e + alpha) / e;
  for (;;) {
    const double p = b * source.uniform();
    const double x = p <= 1.0 ? std::pow(p, 1.0 / alpha) : -std::log((b - p) / alpha);
    const double u = source.uniform();
    if (u <= (p > 1.0 ? std::pow(x, alpha - 1.0) : std::exp(-x))) return x;
  }
}

}  // namespace

double random::gammavariate(double alpha, double beta) noexcept {
  PIRN_ASSERT(alpha > 0 && beta > 0, "gammavariate() needs parameters above zero");
  if (alpha > 1.0) return gamma_above_one(*this, alpha) * beta;
  if (alpha == 1.0) return -std::log(1.0 - uniform()) * beta;
  return gamma_below_one(*this, alpha) * beta;
}

double random::betavariate(double alpha, double beta) noexcept {
  const double y = gammavariate(alpha, 1.0);
  return y == 0 ? 0.0 : y / (y + gammavariate(beta, 1.0));
}

double random::paretovariate(double alpha) noexcept {
  const double u = 1.0 - uniform();
  return std::pow(u, -1.0 / alpha);
}

double random::weibullvariate(double alpha, double beta) noexcept {
  const double u = 1.0 - uniform();
  return alpha * std::pow(-std::log(u), 1.0 / beta);
}

// Source: Fisher, Statistical Analysis of Circular Data (1993).
double random::vonmisesvariate(double mean, double concentration) noexcept {
  if (concentration <= 1e-6) return two_pi * uniform();
  const double s = 0.5 / concentration;
  const double r = s + std::sqrt(1.0 + s * s);
  double z = 0;
  for (;;) {
    z = std::cos(pi * uniform());
    const double d = z / (r + z);
    const double u = uniform();
    if (u < 1.0 - d * d || u <= (1.0 - d) * std::exp(d)) break;
  }
  const double q = 1.0 / r;
  const double angle = std::acos((q + z) / (1.0 + q * z));
  return modulo(uniform() > 0.5 ? mean + angle : mean - angle, two_pi);
}

}  // namespace pirn::des
