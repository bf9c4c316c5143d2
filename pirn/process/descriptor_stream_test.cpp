// descriptor_stream: a kernel descriptor as a byte_stream, for tasks and for threads.
#include "pirn/process/descriptor_stream.hpp"

#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "pirn/core/gather.hpp"
#include "pirn/core/within.hpp"
#include "pirn/io/copy.hpp"
#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/process/standard_stream.hpp"
#include "pirn/run/run.hpp"

namespace {

using namespace std::chrono_literals;
using namespace pirn;

static_assert(io::byte_stream<descriptor_stream>);
static_assert(io::byte_stream<standard_stream>);

struct both_ends {
  descriptor_stream left;
  descriptor_stream right;
};
both_ends socket_ends() {
  socket_pair pair = make_socket_pair().value();
  return {descriptor_stream(std::move(pair.left)), descriptor_stream(std::move(pair.right))};
}

task<std::string> read_to_end(io::stream_ref from) {
  std::string all;
  for (;;) {
    const lease chunk = co_await from.read();
    if (chunk.empty()) co_return all;
    all += chunk.text();
  }
}

slice part(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

TEST(descriptor_stream, is_copied_to_its_end_as_any_other_stream) {
  run([]() -> task<> {
    both_ends ends = socket_ends();
    const std::string text(1'000'000, 'x');
    auto send = [&]() -> task<> {
      const slice parts[] = {part("head "), part(""), part(text)};
      co_await ends.left.write_all(std::span(parts));
      co_await ends.left.shut_down_writing();
    };
    auto [sent, all] = co_await gather(send(), read_to_end(ends.right));
    EXPECT_EQ(all, "head " + text);
    co_await ends.right.write_all("a socket goes on reading");
    const lease chunk = co_await ends.left.read();
    EXPECT_EQ(chunk.text(), "a socket goes on reading");
  });
}

TEST(descriptor_stream, a_pipe_is_closed_by_the_end_of_writing) {
  run([]() -> task<> {
    pipe_ends pipe = make_pipe().value();
    descriptor_stream reader(std::move(pipe.reader));
    descriptor_stream writer(std::move(pipe.writer));
    co_await writer.write_all("last");
    co_await writer.shut_down_writing();
    EXPECT_FALSE(writer.is_open());
    const std::string all = co_await read_to_end(reader);
    EXPECT_EQ(all, "last");
  });
}

TEST(descriptor_stream, a_thread_reads_leases_too) {
  both_ends ends = socket_ends();
  ends.left.write_all("for a thread").result();
  const lease chunk = ends.right.read().result(10s);
  EXPECT_EQ(chunk.text(), "for a thread");
}

TEST(descriptor_stream, a_cancelled_read_loses_nothing) {
  run([]() -> task<> {
    both_ends ends = socket_ends();
    const auto none = co_await move_on_after(1ms, ends.right.read());
    EXPECT_FALSE(none);
    co_await ends.left.write_all("kept");
    const lease chunk = co_await ends.right.read();
    EXPECT_EQ(chunk.text(), "kept");
  });
}

TEST(nonblocking_twin, leaves_a_pipe_of_others_as_it_is_and_a_file_at_its_place) {
  pipe_ends pipe = make_pipe().value();
  const unique_fd twin = open_nonblocking_twin(pipe.reader.get(), access::reading);
  ASSERT_TRUE(twin);
  std::byte byte{};
  EXPECT_EQ(read_now(twin.get(), std::span(&byte, 1)), -EAGAIN);
  EXPECT_EQ(::fcntl(pipe.reader.get(), F_GETFL) & O_NONBLOCK, 0);

  const std::string_view text = "0123456789";
  const unique_fd file = make_memory_file(std::as_bytes(std::span(text))).value();
  EXPECT_EQ(read_now(file.get(), std::span(&byte, 1)), 1);
  const unique_fd same = open_nonblocking_twin(file.get(), access::reading);
  EXPECT_EQ(read_now(same.get(), std::span(&byte, 1)), 1);
  EXPECT_EQ(static_cast<char>(byte), '1');
}

}  // namespace
