// tls: a server and a client whose peer's bytes are changed, lost, repeated or made up on the way.
// Neither crashes nor spins, and nobody reads what was not written.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pirn/base/assert.hpp"
#include "pirn/tls/connected_test.hpp"
#include "pirn/tls/context_parts.hpp"
#include "pirn/tls/engine.hpp"

namespace {

using namespace pirn;
using tls::detail::engine;
using tls::detail::progress;

constexpr std::string_view secret = "what was written, and nothing else";

/// What happens to the bytes on their way, three bytes of the input for each change.
class hostile_way {
 public:
  explicit hostile_way(std::string_view changes) noexcept : changes_(changes) {}

  /// Changes what an end has sent.
  void pass(std::string& flight) {
    if (changes_.size() < 3 || flight.empty()) return;
    const auto kind = static_cast<unsigned char>(changes_[0]);
    const auto where = static_cast<unsigned char>(changes_[1]);
    const char value = changes_[2];
    changes_.remove_prefix(3);
    const std::size_t at = (std::size_t{where} * (1 + kind / 8U)) % flight.size();
    switch (kind % 8U) {
      case 0:
        flight[at] = static_cast<char>(flight[at] ^ value);
        break;
      case 1:
        flight.resize(at);
        break;
      case 2:
        flight.insert(at, 1, value);
        break;
      case 3:
        flight.erase(at, 1 + static_cast<unsigned char>(value));
        break;
      case 4:
        flight += flight.substr(at);
        break;
      case 5:
        flight.insert(at, std::string_view("\x16\x03\x03\x00\x04\x18\x00\x00\x00", 9));
        break;
      case 6:
        flight.insert(at, std::string_view("\x15\x03\x03\x00\x02\x01\x00", 7));
        break;
      default:
        break;  // it passes as it is
    }
  }

 private:
  std::string_view changes_;
};

/// One end, driven as far as its input goes.
class end_of_talk {
 public:
  explicit end_of_talk(tls::detail::ssl_ptr connection, std::string host = {})
      : engine_(std::move(connection), std::move(host)) {}

  bool is_over() const noexcept { return is_over_; }
  std::string take_output() { return std::exchange(engine_.output(), {}); }

  /// Lets it have bytes; they stay where they are until the next call.
  void step(std::string bytes) {
    if (is_over_) return;
    input_ = std::move(bytes);
    engine_.feed(std::as_bytes(std::span(input_)));
    for (int steps = 0; !is_over_; ++steps) {
      PIRN_ASSERT(steps < 100'000, "what has come is used up");
      const progress how = is_shaken_ ? read() : shake_hands();
      if (how == progress::wants_input) break;
    }
    PIRN_ASSERT(engine_.output().size() < 1 << 20, "an answer is not without bounds");
    if (!is_over_) PIRN_ASSERT(engine_.wants_more_input(), "what has come is used up");
  }

 private:
  progress shake_hands() {
    const progress how = engine_.shake_hands();
    is_over_ = how == progress::failed || how == progress::ended;
    if (how == progress::done) {
      is_shaken_ = true;
      std::span<const std::byte> bytes = std::as_bytes(std::span(secret));
      is_over_ = engine_.write(bytes) == progress::failed;
    }
    return how;
  }
  progress read() {
    std::array<std::byte, 7> room{};
    const auto [how, count] = engine_.read(room);
    received_.append(reinterpret_cast<const char*>(room.data()), count);
    PIRN_ASSERT(secret.starts_with(received_), "nobody reads what was not written");
    is_over_ = how == progress::failed || how == progress::ended;
    if (is_over_) PIRN_ASSERT(engine_.read(room).how == how, "an end is for ever");
    return how;
  }

  engine engine_;
  std::string input_;
  std::string received_;
  bool is_shaken_ = false;
  bool is_over_ = false;
};

const tls::context& client_context() {
  static const tls::context made = tls::made().client();
  return made;
}
const tls::context& server_context() {
  static const tls::context made = tls::made().server();
  return made;
}

/// Made-up bytes alone, in two pieces.
void feed_rubbish(end_of_talk& end, std::string_view bytes) {
  end.step({});
  end.take_output();
  end.step(std::string(bytes.substr(0, bytes.size() / 2)));
  end.step(std::string(bytes.substr(bytes.size() / 2)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const unsigned char mode = static_cast<unsigned char>(input[0]) % 4U;
  input.remove_prefix(1);
  end_of_talk client(client_context().parts().make_client("localhost", "localhost"), "localhost");
  end_of_talk server(server_context().parts().make_server());
  if (mode == 0) feed_rubbish(server, input);
  if (mode == 1) feed_rubbish(client, input);
  if (mode < 2) return 0;
  hostile_way way(input);
  client.step({});
  for (int rounds = 0; rounds < 8; ++rounds) {
    std::string forth = client.take_output();
    way.pass(forth);
    server.step(std::move(forth));
    std::string back = server.take_output();
    way.pass(back);
    client.step(std::move(back));
    if (client.is_over() && server.is_over()) break;
  }
  return 0;
}
