// What a process is given and gives, all of its streams at once.
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/process/process_state.hpp"

namespace pirn::detail {

namespace {

constexpr int chunks_a_step = 16;  // then others have their turn

void watch(process_state& with, descriptor_stream& stream, int events) {
  if (!stream.is_open()) return;
  if (int error = with.talk.streams.add(stream.descriptor(), events)) {
    with.fail("communicate with", -error);
  }
}

// Taken out of the set by hand: closing would leave it there for as long as a process that is just
// being started in another thread has a copy.
void close(process_state& with, descriptor_stream& stream) {
  with.talk.streams.remove(stream.descriptor());
  stream.close();
}

void begin(process_state& with, std::string input) {
  conversation& talk = with.talk;
  if (talk.begun) {
    if (input.empty()) return;
    throw std::logic_error("communicate with " + with.name + ": it was given its input before");
  }
  if (!input.empty() && !with.input.is_open()) {
    throw std::logic_error("communicate with " + with.name + ": its input is no pipe");
  }
  if (int error = talk.streams.open()) with.fail("communicate with", -error);
  talk.begun = true;
  talk.input = std::move(input);
  if (talk.input.empty()) with.input.close();
  watch(with, with.input, poll_writable);
  watch(with, with.output, poll_readable);
  watch(with, with.errors, poll_readable);
}

// A program that ends, or closes its input, without having read it all is not wrong.
void write_input(process_state& with) {
  conversation& talk = with.talk;
  while (with.input.is_open()) {
    auto rest = std::as_bytes(std::span(talk.input)).subspan(talk.written);
    std::ptrdiff_t count = rest.empty() ? 0 : write_now(with.input.descriptor(), rest);
    if (count == -EAGAIN) return;
    if (count < 0 && count != -EPIPE) with.fail("write to", static_cast<int>(-count));
    if (count <= 0) return close(with, with.input);
    talk.written += static_cast<std::size_t>(count);
  }
}

void read_output(process_state& with, descriptor_stream& stream, std::string& into,
                 std::size_t max_bytes) {
  program_result& received = with.talk.received;
  std::array<std::byte, 65536> chunk;
  for (int turns = chunks_a_step; stream.is_open() && turns > 0; --turns) {
    std::ptrdiff_t count = read_now(stream.descriptor(), chunk);
    if (count == -EAGAIN) return;
    if (count < 0) with.fail("read from", static_cast<int>(-count));
    if (count == 0) return close(with, stream);
    into.append(reinterpret_cast<const char*>(chunk.data()), static_cast<std::size_t>(count));
    if (received.output.size() + received.errors.size() > max_bytes) {
      throw std::length_error("communicate with " + with.name + ": more than " +
                              std::to_string(max_bytes) + " bytes of output");
    }
  }
}

bool any_open(const process_state& with) noexcept {
  return with.input.is_open() || with.output.is_open() || with.errors.is_open();
}

}  // namespace

bool communicate_work::step() {
  if (!begun_) begin(*with_, std::move(input_));
  begun_ = true;
  program_result& received = with_->talk.received;
  write_input(*with_);
  read_output(*with_, with_->output, received.output, options_.output_max_bytes);
  read_output(*with_, with_->errors, received.errors, options_.output_max_bytes);
  return !any_open(*with_) && with_->try_reap();
}

descriptor_event communicate_work::awaited() const {
  const bool is_talking = any_open(*with_);
  return {is_talking ? with_->talk.streams.get() : with_->pidfd.get(), poll_readable};
}

program_result communicate_work::result() noexcept {
  with_->talk.received.status = with_->status;
  return std::move(with_->talk.received);
}

}  // namespace pirn::detail
