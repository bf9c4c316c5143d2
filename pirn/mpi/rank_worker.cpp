#include "pirn/mpi/rank_worker.hpp"

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "pirn/base/assert.hpp"
#include "pirn/mpi/patience.hpp"
#include "pirn/mpi/stand_in.hpp"
#include "pirn/remote/call.hpp"

namespace pirn::detail {
namespace {

rank_message next_message(rank_link& link, patience& patience) {
  patience.renew();
  for (;;) {
    patience.listen();
    if (auto message = link.try_receive()) return std::move(*message);
    patience.wait({});
  }
}

// A long answer is seen off before the next call, which could keep this rank from MPI for hours.
void see_off(rank_link& link, patience& patience) {
  patience.renew();
  for (;;) {
    patience.listen();
    if (!link.still_sending()) return;
    patience.wait({.transfer = true});
  }
}

[[noreturn]] void refuse_answer(std::size_t size_bytes) {
  throw std::length_error("a result of " + std::to_string(size_bytes) +
                          " bytes is longer than a message of MPI can be");
}

}  // namespace

remote::bytes answer_call(std::span<const std::byte> call) {
  remote::bytes answer(sizeof(answer_header));
  const auto begun = std::chrono::steady_clock::now();
  remote::perform(call, nullptr, answer, nullptr);
  const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - begun;
  const answer_header header{.took_ns = static_cast<std::uint64_t>(took.count())};
  std::memcpy(answer.data(), &header, sizeof header);
  return answer;
}

int serve_rank(rank_link& link) {
  patience patience(link);
  stand_in deputy(link);
  for (;;) {
    rank_message message = next_message(link, patience);
    PIRN_ASSERT(message.rank == 0, "only rank 0 gives work");
    if (message.what == rank_message::kind::end) {
      int status = 0;
      std::memcpy(&status, message.content.data(), sizeof status);
      return status;
    }
    {
      const stand_in::absence absent(deputy);
      message.content = answer_call(message.content);
    }
    if (message.content.size() > link.size_max_bytes()) {
      message.content = answer_call(remote::encode_call<&refuse_answer>(message.content.size()));
    }
    link.send(std::move(message));
    see_off(link, patience);
  }
}

}  // namespace pirn::detail
