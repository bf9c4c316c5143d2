// Virtual time, files and determinism; the sockets are in network_test and stream_socket_test.
#include "pirn/sim/virtual_driver.hpp"

#include <cerrno>
#include <thread>

#include "pirn/sim/simulated_test.hpp"

namespace pirn::sim {

namespace {

/// Files that only count.
class counting_files final : public file_system {
 public:
  void perform(open_operation& request) noexcept override { answer(request); }
  void perform(read_operation& request) noexcept override { answer(request); }
  void perform(write_operation& request) noexcept override { answer(request); }
  void perform(fsync_operation& request) noexcept override { answer(request); }
  void perform(close_operation& request) noexcept override { answer(request); }
  void perform(rename_operation& request) noexcept override { answer(request); }
  void perform(unlink_operation& request) noexcept override { answer(request); }
  void perform(make_directory_operation& request) noexcept override { answer(request); }
  void perform(stat_operation& request) noexcept override { answer(request); }

  int performed = 0;

 private:
  void answer(operation& request) noexcept { request.result = ++performed; }
};

}  // namespace

TEST(virtual_driver, starts_at_the_time_that_was_asked_for) {
  virtual_driver driver({.start_time = time_point(5h)});
  EXPECT_EQ(driver.now(), time_point(5h));
  EXPECT_TRUE(driver.is_virtual());
  EXPECT_EQ(driver.name(), "virtual");
}

TEST(virtual_driver, the_clock_jumps_exactly_to_until_when_nothing_happens) {
  virtual_driver driver;
  driver.poll(time_point(100h));
  EXPECT_EQ(driver.now(), time_point(100h));
  driver.poll(time_point(1h));
  EXPECT_EQ(driver.now(), time_point(100h));
}

TEST(virtual_driver, a_poll_forever_ends_when_nothing_can_happen) {
  virtual_driver driver;
  driver.poll(never);
  EXPECT_EQ(driver.now(), time_point{});
  EXPECT_FALSE(driver.may_complete(1));
}

TEST(virtual_driver, something_may_complete_while_an_event_is_to_come) {
  simulation_of world;
  socket_ptr listener = world.listen();
  simulation_of::accept incoming(world.driver);
  incoming.listener = listener.get();
  world.start(incoming);
  EXPECT_FALSE(world.driver.may_complete(1)) << "nobody connects";
  simulation_of::connect outgoing(world.driver);
  outgoing.remote = listener->local();
  world.start(outgoing);
  EXPECT_TRUE(world.driver.may_complete(2));
  EXPECT_FALSE(world.driver.may_complete(0)) << "nobody waits";
  EXPECT_EQ(world.finish(outgoing), 0);
  EXPECT_EQ(world.finish(incoming), 0);
  EXPECT_FALSE(world.driver.may_complete(1));
}

TEST(virtual_driver, a_poll_ends_at_the_first_moment_that_completes_something) {
  simulation_of world({.network = {.way = {.latency = 1ms}}});
  socket_ptr listener = world.listen();
  simulation_of::connect outgoing(world.driver);
  outgoing.remote = listener->local();
  world.start(outgoing);
  world.driver.poll(time_point(1h));
  EXPECT_TRUE(outgoing.ended);
  EXPECT_EQ(world.elapsed(), 2ms);
}

TEST(virtual_driver, a_wake_makes_one_poll_return_without_a_jump) {
  virtual_driver driver;
  std::thread([&] { driver.wake(); }).join();
  driver.poll(time_point(1h));
  EXPECT_EQ(driver.now(), time_point{});
  driver.poll(time_point(1h));
  EXPECT_EQ(driver.now(), time_point(1h));
}

TEST(virtual_driver, time_does_not_pass_over_mail) {
  struct letter final : inbox_message {
    void arrived() noexcept override { read = true; }
    bool read = false;
  } mail;
  virtual_driver driver;
  inbox box(driver);
  driver.attach(box);
  box.post(mail);
  driver.poll(time_point(1h));
  EXPECT_EQ(driver.now(), time_point{});
  box.deliver();
  EXPECT_TRUE(mail.read);
}

TEST(virtual_driver, knows_no_descriptors) {
  simulation_of world;
  simulation_of::request<poll_operation> polling(world.driver);
  EXPECT_EQ(world.carry_out(polling), -ENOTSUP);
}

TEST(virtual_driver, without_a_file_system_files_are_not_there) {
  simulation_of world;
  simulation_of::request<open_operation> opening(world.driver);
  simulation_of::request<stat_operation> asking(world.driver);
  EXPECT_EQ(world.carry_out(opening), -ENOSYS);
  EXPECT_EQ(world.carry_out(asking), -ENOSYS);
}

TEST(virtual_driver, file_requests_are_carried_out_at_once_without_a_delay) {
  counting_files files;
  simulation_of world({.files = &files});
  simulation_of::request<open_operation> opening(world.driver);
  simulation_of::request<fsync_operation> syncing(world.driver);
  EXPECT_EQ(world.driver.start(opening), started::done);
  EXPECT_EQ(world.driver.start(syncing), started::done);
  EXPECT_EQ(opening.result, 1);
  EXPECT_EQ(syncing.result, 2);
  EXPECT_EQ(world.elapsed(), 0s);
}

TEST(virtual_driver, a_file_delay_passes_before_anything_is_done) {
  counting_files files;
  simulation_of world({.files = &files, .file_delay = 4ms});
  simulation_of::request<write_operation> first(world.driver);
  simulation_of::request<rename_operation> second(world.driver);
  world.start(first);
  world.pass(1ms);
  world.start(second);
  EXPECT_EQ(files.performed, 0);
  EXPECT_EQ(world.finish(first), 1);
  EXPECT_EQ(world.elapsed(), 4ms);
  EXPECT_EQ(world.finish(second), 2);
  EXPECT_EQ(world.elapsed(), 5ms);
}

TEST(virtual_driver, a_file_request_that_was_cancelled_has_not_happened) {
  counting_files files;
  simulation_of world({.files = &files, .file_delay = 4ms});
  simulation_of::request<unlink_operation> cancelled(world.driver);
  simulation_of::request<close_operation> kept(world.driver);
  world.start(cancelled);
  world.start(kept);
  EXPECT_EQ(world.driver.cancel(cancelled), cancel_answer::gone);
  world.settle();
  EXPECT_FALSE(cancelled.ended);
  EXPECT_EQ(kept.result, 1);
}

TEST(virtual_driver, a_dropped_file_is_closed_at_once_and_without_files_not_at_all) {
  counting_files files;
  simulation_of world({.files = &files, .file_delay = 4ms});
  world.driver.drop(file_id{3});
  EXPECT_EQ(files.performed, 1);
  virtual_driver without;
  without.drop(file_id{3});
}

namespace {

/// A few dozen connections that talk across a way with jitter.
/// Returns: the hash of it.
std::uint64_t busy_hours(std::uint64_t seed) {
  simulation_of world(
      {.seed = seed,
       .network = {
           .way = {.latency = 1ms, .jitter = 5ms, .bandwidth_bytes_per_second = 1'000'000}}});
  socket_ptr listener = world.listen();
  std::vector<simulation_of::pair> pairs;
  for (int i = 0; i < 30; ++i) pairs.push_back(world.connect_to(*listener));
  const std::string text = pattern(5000);
  for (int round = 0; round < 5; ++round) {
    for (auto& [client, server] : pairs) world.send_now(*client, text);
    for (auto& [client, server] : pairs) {
      EXPECT_EQ(world.receive_all(*server, text.size()), text);
      world.send_now(*server, "thanks");
    }
    for (auto& [client, server] : pairs) EXPECT_EQ(world.receive_all(*client, 6), "thanks");
  }
  pairs.clear();
  world.settle();
  EXPECT_GT(world.driver.decision_count(), 300U);
  return world.driver.decision_hash();
}

}  // namespace

TEST(virtual_driver, two_runs_of_one_seed_are_equal_and_another_seed_differs) {
  const std::uint64_t first = busy_hours(7);
  EXPECT_EQ(busy_hours(7), first);
  EXPECT_NE(busy_hours(8), first);
}

TEST(virtual_driver_death, ends_after_requests_sockets_and_leases) {
  EXPECT_DEATH(
      {
        socket_ptr listener;
        virtual_driver driver;
        listener = std::move(*driver.listen(endpoint::ipv4({127, 0, 0, 1}, 0), {}));
      },
      "a listener may not outlive its driver");
  EXPECT_DEATH(
      {
        lease kept;
        simulation_of world;
        simulation_of::pair ends = world.connect_pair();
        world.send_now(*ends.client, "x");
        simulation_of::receive_leased receiving(world.driver);
        receiving.from = ends.server.get();
        world.carry_out(receiving);
        kept = std::move(receiving.chunk);
      },
      "a lease may not outlive the driver");
}

}  // namespace pirn::sim
