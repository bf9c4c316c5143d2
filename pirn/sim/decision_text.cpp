#include "pirn/sim/decision_text.hpp"

#include <cstdio>

namespace pirn::sim {

std::string_view name_of(decision what) noexcept {
  switch (what) {
    case decision::syn:
      return "SYN";
    case decision::syn_retry:
      return "retry of a SYN";
    case decision::syn_ack:
      return "SYN-ACK";
    case decision::refused:
      return "refusal";
    case decision::ack:
      return "ACK";
    case decision::data:
      return "data";
    case decision::fin:
      return "FIN";
    case decision::reset:
      return "RST";
    case decision::feedback:
      return "feedback";
    case decision::file:
      return "file request";
    case decision::datagram:
      return "datagram";
    case decision::ran:
      return "turn of a host";
    case decision::fault:
      return "fault";
  }
  return "event of no kind";
}

std::string to_string(const decision_entry& event) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t at = event.when.time_since_epoch().count();
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%09lld s: ", static_cast<long long>(at % second));
  return std::to_string(at / second) + fraction + std::string(name_of(event.what)) + " (" +
         std::to_string(event.whom) + ", " + std::to_string(event.how_much) + ")";
}

}  // namespace pirn::sim
