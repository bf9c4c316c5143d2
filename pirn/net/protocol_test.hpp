// protocol_test: a protocol that writes down what is called, for the tests of net.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "pirn/core/cancelled.hpp"
#include "pirn/net/connected_test.hpp"
#include "pirn/net/create_connection.hpp"

namespace pirn::net {

inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// "", "cancelled", or what the error says.
inline std::string told_of(const std::exception_ptr& error) {
  if (!error) return "";
  try {
    std::rethrow_exception(error);
  } catch (const cancelled&) {
    return "cancelled";
  } catch (const std::exception& each) {
    return each.what();
  }
}

/// Writes down each call: "made", "data ...", "eof", "pause", "resume", "lost ...". `react` is
/// called after each with what was written down, and may throw.
class recorder : public protocol {
 public:
  using reaction = std::function<void(recorder&, const std::string&)>;

  explicit recorder(reaction react = {}) : react_(std::move(react)) {}

  void connection_made(transport& connected) override {
    to = &connected;
    note("made");
  }
  void data_received(std::span<const std::byte> bytes) override {
    received += text_of(bytes);
    note("data " + text_of(bytes));
  }
  bool eof_received() override {
    note("eof");
    return stay_open;
  }
  void pause_writing() override { note("pause"); }
  void resume_writing() override { note("resume"); }
  void connection_lost(std::exception_ptr error) override {
    note(error ? "lost " + told_of(error) : "lost");
  }

  std::vector<std::string> calls;
  std::string received;
  transport* to = nullptr;
  bool stay_open = false;

 private:
  void note(const std::string& call) {
    calls.push_back(call);
    if (react_) react_(*this, call);
  }
  reaction react_;
};

using calls_made = std::vector<std::string>;

/// A factory of recorders.
inline auto recording(recorder::reaction react = {}) {
  return [react] { return std::make_unique<recorder>(react); };
}

/// More than any socket takes at once.
inline const std::string& much() {
  static const std::string text = [] {
    std::string made(8 << 20, '\0');
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<char>(i * 31 >> 7);
    return made;
  }();
  return text;
}

/// A connection whose one end a recorder has; the other is a stream.
struct recorded_end {
  tcp_stream peer;
  std::shared_ptr<transport> to;
  std::shared_ptr<recorder> told;
};

inline task<recorded_end> recorded(task_group& group, recorder::reaction react = {}) {
  both_ends ends = co_await connected();
  auto factory = recording(std::move(react));
  connection<recorder> made = co_await create_connection(group, factory, std::move(ends.server));
  recorded_end result{std::move(ends.client), std::move(made.transport), std::move(made.protocol)};
  co_return result;
}

/// Reads exactly `count` bytes, or to the end.
inline task<std::string> read_bytes(tcp_stream& from, std::size_t count) {
  std::string all;
  while (all.size() < count) {
    lease chunk = co_await from.read();
    if (chunk.empty()) break;
    all += chunk.text();
  }
  co_return all;
}

}  // namespace pirn::net
