// Every await of streams over descriptors and of a program's streams, cancelled once.
#include <array>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/core/task_group.hpp"
#include "pirn/io/copy.hpp"
#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/process/descriptor_stream.hpp"
#include "pirn/process/process.hpp"
#include "pirn/process/process_test.hpp"
#include "pirn/testing/cancel_everywhere_test.hpp"

namespace {

using namespace pirn;
using pirn::testing::cancel_everywhere;
using pirn::testing::cancel_whole;

class streams_cancel_test : public pirn::testing::on_kernel {};
INSTANTIATE_TEST_SUITE_P(drivers, streams_cancel_test, pirn::testing::on_each_kernel(),
                         pirn::testing::driver_name);

// More than a socket pair holds.
const std::string& much() {
  static const std::string text(600'000, 'm');
  return text;
}

slice part(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

task<> write_each_way(descriptor_stream out) {
  const std::array parts{part("head "), part(much())};
  co_await out.write_all(std::span(parts));
  co_await out.write_all(" tail");
  co_await out.shut_down_writing();
  const lease answer = co_await out.read();
  EXPECT_TRUE(answer.empty() || answer.text() == "thanks");
}

task<> read_each_way(descriptor_stream in) {
  const lease first = co_await in.read();
  if (first.empty()) co_return;
  std::array<std::byte, 100> room{};
  const std::size_t count = co_await in.read(room);
  if (count == 0) co_return;
  const std::string rest = co_await in.read_all();
  if (rest.ends_with("tail")) co_await in.write_all("thanks");
}

task<> talk_over_descriptors() {
  socket_pair pair = make_socket_pair().value();
  auto body = [&](task_group& group) -> task<> {
    group.spawn(write_each_way, descriptor_stream(std::move(pair.left)));
    group.spawn(read_each_way, descriptor_stream(std::move(pair.right)));
    co_return;
  };
  co_await with_group(body);
}

TEST_P(streams_cancel_test, each_read_and_write_of_a_descriptor_stream) {
  cancel_everywhere(GetParam(), talk_over_descriptors);
}

task<> talk_to_a_program() {
  process child("cat", {.input = stdio::pipe, .output = stdio::pipe, .errors = stdio::merged});
  auto send = [&]() -> task<> {
    co_await child.input().write_all(much());
    co_await child.input().shut_down_writing();
  };
  auto receive = [&]() -> task<std::string> {
    std::string all = co_await child.output().read_all();
    co_return all;
  };
  auto [sent, text] = co_await gather(send(), receive());
  EXPECT_EQ(text.size(), much().size());
  const exit_status status = co_await child.wait();
  EXPECT_TRUE(status.success());
}

TEST_P(streams_cancel_test, a_program_s_streams_and_its_end) {
  cancel_whole(GetParam(), talk_to_a_program);
}

}  // namespace
