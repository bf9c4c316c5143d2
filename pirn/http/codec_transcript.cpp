#include "pirn/http/codec_transcript.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "pirn/base/assert.hpp"

namespace pirn::http {
namespace {

std::string describe(version spoken) {
  return spoken == version::http_1_1 ? "HTTP/1.1" : "HTTP/1.0";
}

std::string describe(const body_framing& body) {
  switch (body.kind) {
    case framing::none:
      return "no body";
    case framing::length:
      return fmt::format("{} bytes", body.length);
    case framing::chunked:
      return "chunked";
    case framing::until_close:
      return "until close";
  }
  return {};
}

std::string describe(const fields_view& fields) {
  std::string text;
  for (const field each : fields) text += fmt::format("  {}: {:?}\n", each.name, each.value);
  return text;
}

std::string describe(const request_head& head) {
  return fmt::format("head {} {} {}, {}{}{}{}\n{}", to_string(head.method), head.target,
                     describe(head.version), describe(head.body), head.keep_alive ? "" : ", close",
                     head.expects_continue ? ", expects 100" : "",
                     head.wants_upgrade ? ", upgrade" : "", describe(head.fields));
}

std::string describe(const response_head& head) {
  return fmt::format("head {} {} {:?}, {}{}\n{}", describe(head.version), to_int(head.status),
                     head.reason, describe(head.body), head.keep_alive ? "" : ", close",
                     describe(head.fields));
}

/// Writes down the events of one parser.
template <class Parser>
class event_writer {
 public:
  explicit event_writer(Parser& parser) : parser_(parser) {}

  /// Returns: false when the parser takes nothing more.
  bool write(const parse_step& step) {
    switch (step.what) {
      case parsed::need_more:
        return true;
      case parsed::head:
        head_ = describe(parser_.head());
        parser_.keep_head();
        text_ += head_;
        return true;
      case parsed::body:
        PIRN_ASSERT(!step.body.empty(), "a piece of body is not empty");
        body_.append(reinterpret_cast<const char*>(step.body.data()), step.body.size());
        return true;
      case parsed::end:
        end("end");
        return true;
      case parsed::upgrade:
        end("upgrade");
        return true;
      case parsed::closed:
        text_ += "closed\n";
        return false;
      case parsed::error:
        break;
    }
    end_body();
    text_ += fmt::format("error {}: {}\n", to_int(status_for(parser_.error().code)),
                         parser_.error().what);
    return false;
  }

  std::string text_;

 private:
  void end(std::string_view how) {
    PIRN_ASSERT(describe(parser_.head()) == head_, "a kept head outlives its input");
    PIRN_ASSERT(parser_.body_received_bytes() == body_.size(), "the parser has counted the body");
    end_body();
    text_ += describe(parser_.trailers());
    text_.append(how).push_back('\n');
  }
  void end_body() {
    if (!body_.empty()) text_ += fmt::format("body {:?}\n", body_);
    body_.clear();
  }

  Parser& parser_;
  std::string head_;
  std::string body_;
};

/// Calls `on_step(step)` for each step that the parser takes, the end of the connection included,
/// while it returns true and the parser takes input.
template <class Parser, class OnStep>
void drive(Parser& parser, std::string_view input, const cutter& cut, OnStep on_step) {
  while (!input.empty()) {
    const std::size_t size = std::clamp<std::size_t>(cut(input.size()), 1, input.size());
    const auto piece = std::make_unique<std::byte[]>(size);  // ends where the sanitizer looks
    std::ranges::copy(std::as_bytes(std::span(input.substr(0, size))), piece.get());
    input.remove_prefix(size);
    std::span<const std::byte> rest(piece.get(), size);
    for (parse_step step{parsed::head, 0, {}}; step.what != parsed::need_more;) {
      step = parser.feed(rest);
      rest = rest.subspan(step.consumed);
      PIRN_ASSERT(step.what != parsed::need_more || rest.empty(), "no input is left over");
      if (!on_step(step)) return;
    }
  }
  while (on_step(parser.finish())) {
  }
}

}  // namespace

cutter cut_at(std::size_t size_bytes) {
  return [size_bytes, first = true](std::size_t left_bytes) mutable {
    return std::exchange(first, false) ? size_bytes : left_bytes;
  };
}

std::string transcribe_requests(std::string_view input, const cutter& cut,
                                const codec_limits& limits) {
  request_parser parser(limits);
  event_writer events(parser);
  drive(parser, input, cut, [&](const parse_step& step) { return events.write(step); });
  return std::move(events.text_);
}

std::string transcribe_responses(std::string_view input, std::span<const method> asked,
                                 const cutter& cut, const codec_limits& limits) {
  response_parser parser(limits);
  event_writer events(parser);
  const auto ask_next = [&] {
    if (!asked.empty()) parser.begin(asked.front());
    if (!asked.empty()) asked = asked.subspan(1);
  };
  ask_next();
  drive(parser, input, cut, [&](const parse_step& step) {
    if (!events.write(step)) return false;
    if (step.what == parsed::upgrade) return false;  // the rest is another protocol
    const bool may_go_on = parser.is_idle() && parser.head().body.kind != framing::until_close;
    if (step.what == parsed::end && may_go_on) ask_next();
    return true;
  });
  return std::move(events.text_);
}

}  // namespace pirn::http
