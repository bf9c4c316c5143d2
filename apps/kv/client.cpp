#include "client.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

#include "codec.hpp"
#include "frame.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/connect.hpp"

namespace pirn::apps::kv {

client::client(const client_options& options, std::vector<node_address> nodes)
    : options_(options), nodes_(std::move(nodes)) {}

task<std::optional<std::string>> client::read(std::string key) {
  command asked;
  asked.what = command::kind::read;
  asked.key = std::move(key);
  answer given = co_await carry_out(std::move(asked));
  co_return std::move(given.value);
}

task<> client::write(std::string key, std::string value) {
  command asked;
  asked.what = command::kind::write;
  asked.key = std::move(key);
  asked.value = std::move(value);
  co_await carry_out(std::move(asked));
}

task<bool> client::compare_and_swap(std::string key, std::optional<std::string> expected,
                                    std::string value) {
  command asked;
  asked.what = command::kind::compare_and_swap;
  asked.key = std::move(key);
  asked.expected = std::move(expected);
  asked.value = std::move(value);
  const answer given = co_await carry_out(std::move(asked));
  co_return given.swapped;
}

task<answer> client::carry_out(command asked) {
  if (asked.size_bytes() > command::max_bytes) {
    throw std::length_error("a key and its values are longer than a mebibyte together");
  }
  asked.client = options_.id;
  asked.sequence = ++sequence_;
  std::string bytes;
  add_frame(bytes, encoded(request(std::move(asked))));
  for (;;) {
    const node_id node = favourite_;
    std::optional<client_answer> said;
    try {
      said = co_await try_at(node, bytes);
    } catch (const std::system_error&) {  // it is down, or went down
    }
    if (said && said->is_done) co_return std::move(said->what);
    const node_id next = (node + 1) % static_cast<node_id>(nodes_.size());
    favourite_ = said && said->leader ? *said->leader % static_cast<node_id>(nodes_.size()) : next;
    stream_.reset();
    co_await sleep_for(options_.retry_pause);
  }
}

// A stream on which an answer is outstanding is of no more use: out of stream_ until it has come.
task<std::optional<client_answer>> client::try_at(node_id node, std::string_view bytes) {
  const time_point deadline = from_now(options_.attempt_for);
  std::optional<net::tcp_stream> peer = std::exchange(stream_, std::nullopt);
  if (!peer) {
    peer = co_await move_on_at(deadline, net::connect(nodes_[node].host, nodes_[node].port));
  }
  if (!peer) co_return std::nullopt;
  co_await peer->write_all(bytes);
  frame_reader in(*peer);
  const std::optional<std::string_view> said = co_await in.read(deadline);
  if (!said) co_return std::nullopt;
  reply given = decoded_reply(*said);
  if (!std::holds_alternative<client_answer>(given)) co_return std::nullopt;
  stream_ = std::move(peer);
  co_return std::get<client_answer>(std::move(given));
}

}  // namespace pirn::apps::kv
