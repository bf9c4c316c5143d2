// Random programs on random networks: whatever happens, bytes arrive in order, none twice, and
// nothing is left over.
#include "pirn/base/random.hpp"
#include "pirn/sim/simulated_test.hpp"

namespace pirn::sim {

namespace {

using receive_leased = simulation_of::receive_leased;
using send = simulation_of::send;

/// One direction of a connection: a sender and a reader that act at random, and what they should
/// see.
class conversation {
 public:
  conversation(simulation_of& world, random_source& dice, socket_ptr& from, socket_ptr& to)
      : world_(world),
        dice_(dice),
        from_(from),
        to_(to),
        sending_(world.driver),
        reading_(world.driver) {}
  ~conversation() {
    give_up_sending();
    give_up_reading();
  }

  void act() {
    switch (dice_.below(8)) {
      case 0:
      case 1:
      case 2:
        say_something();
        break;
      case 3:
      case 4:
      case 5:
        read();
        break;
      case 6:
        if (dice_.below(4) == 0) give_up_sending();
        break;
      case 7:
        if (dice_.below(4) == 0) give_up_reading();
        break;
    }
  }

  void give_up_sending() {
    if (!is_sending_) return;
    if (!sending_.ended) world_.driver.cancel(sending_);
    is_sending_ = false;
    sent_ += sending_.sent_bytes;
  }
  void give_up_reading() {
    if (!is_reading_) return;
    if (!reading_.ended) world_.driver.cancel(reading_);
    take_what_was_read();
  }

  /// Reads until the stream ends.
  /// Returns: how the stream ended, 0 or -errno.
  int read_to_end() {
    give_up_reading();
    for (;;) {
      receive_leased reading(world_.driver);
      reading.from = to_.get();
      const int result = world_.carry_out(reading);
      if (result <= 0) return result;
      check(reading.chunk.text());
    }
  }

  std::size_t sent() const { return sent_; }
  std::size_t received() const { return received_; }

 private:
  static char byte_at(std::size_t place) { return static_cast<char>(place * 2654435761U >> 13); }

  void say_something() {
    if (is_sending_ && !sending_.ended) return;
    give_up_sending();
    if (from_ == nullptr) return;
    text_.resize(dice_.below(dice_.below(4) == 0 ? 100'000 : 300));
    for (std::size_t i = 0; i < text_.size(); ++i) text_[i] = byte_at(sent_ + i);
    const std::size_t cut = dice_.below(text_.size() + 1);
    slices_ = {slice_of(std::string_view(text_).substr(0, cut)),
               slice_of(std::string_view(text_).substr(cut))};
    sending_.ended = false;
    sending_.to = from_.get();
    sending_.slices = slices_;
    is_sending_ = true;
    world_.start(sending_);
  }

  void read() {
    if (is_reading_ && !reading_.ended) return;
    take_what_was_read();
    if (to_ == nullptr) return;
    reading_.ended = false;
    reading_.from = to_.get();
    is_reading_ = true;
    world_.start(reading_);
  }

  void take_what_was_read() {
    if (is_reading_ && reading_.ended && reading_.result > 0) check(reading_.chunk.text());
    reading_.chunk = {};
    is_reading_ = false;
  }

  void check(std::string_view text) {
    for (char each : text) ASSERT_EQ(each, byte_at(received_++));
  }

  simulation_of& world_;
  random_source& dice_;
  socket_ptr& from_;
  socket_ptr& to_;
  send sending_;
  receive_leased reading_;
  std::string text_;
  std::array<slice, 2> slices_{};
  bool is_sending_ = false;
  bool is_reading_ = false;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
};

virtual_options random_options(std::uint64_t seed, random_source& dice) {
  constexpr std::array<std::uint64_t, 3> bandwidths = {0, 1'000'000, 1'000'000'000};
  const auto latency = duration(static_cast<std::int64_t>(dice.below(20'000'000)));
  return {.seed = seed,
          .network = {.way = {.latency = latency,
                              .jitter = latency * static_cast<std::int64_t>(dice.below(3)),
                              .bandwidth_bytes_per_second = bandwidths[dice.below(3)]},
                      .receive_window_bytes = 1 + static_cast<std::uint32_t>(dice.below(50'000)),
                      .send_buffer_bytes = 1 + static_cast<std::uint32_t>(dice.below(50'000))}};
}

/// One random life of a connection.
/// Returns: the hash of what happened.
std::uint64_t live(std::uint64_t seed) {
  random_source dice(seed);
  simulation_of world(random_options(seed, dice));
  auto [client, server] = world.connect_pair();
  {
    conversation there(world, dice, client, server);
    conversation back(world, dice, server, client);
    for (std::uint64_t steps = dice.below(60); steps > 0; --steps) {
      there.act();
      back.act();
      if (dice.below(3) == 0)
        world.pass(duration(static_cast<std::int64_t>(dice.below(50'000'000))));
    }
    there.give_up_sending();
    back.give_up_sending();
    there.give_up_reading();
    back.give_up_reading();
    if (dice.below(2) == 0) {  // an orderly end: everything arrives
      EXPECT_EQ(client->shut_down_sending(), 0);
      EXPECT_EQ(server->shut_down_sending(), 0);
      EXPECT_EQ(there.read_to_end(), 0);
      EXPECT_EQ(back.read_to_end(), 0);
      EXPECT_EQ(there.received(), there.sent());
      EXPECT_EQ(back.received(), back.sent());
    } else {  // an abrupt one: what arrives is a beginning
      if (dice.below(2) == 0) client->reset_on_close();
      client.reset();
      EXPECT_LE(there.read_to_end(), 0);
      EXPECT_LE(there.received(), there.sent());
    }
  }
  client.reset();
  server.reset();
  world.settle();
  EXPECT_EQ(world.driver.network_statistics().connections, 0U);
  EXPECT_EQ(world.driver.network_statistics().packet_memories, 0U);
  return world.driver.decision_hash();
}

}  // namespace

TEST(random_traffic, arrives_in_order_and_leaves_nothing_over_whatever_happens) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    live(seed);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

TEST(random_traffic, goes_the_same_way_twice) {
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    ASSERT_EQ(live(seed), live(seed)) << "seed " << seed;
}

}  // namespace pirn::sim
