#include "pirn/mpi/lone_link.hpp"

#include <limits>
#include <utility>

#include "pirn/mpi/rank_worker.hpp"

namespace pirn::detail {

void lone_link::send(rank_message message) {
  if (message.what == rank_message::kind::end) return;
  answers_.push_back({.rank = message.rank, .content = answer_call(message.content)});
}

std::optional<rank_message> lone_link::try_receive() {
  if (answers_.empty()) return std::nullopt;
  std::optional<rank_message> answer(std::move(answers_.front()));
  answers_.pop_front();
  return answer;
}

std::size_t lone_link::size_max_bytes() const noexcept {
  return std::numeric_limits<std::size_t>::max();
}

}  // namespace pirn::detail
