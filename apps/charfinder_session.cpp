#include "charfinder_session.hpp"

#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include "found_text.hpp"
#include "name_search.hpp"
#include "pirn/base/scope_guard.hpp"
#include "pirn/io/buffered_reader.hpp"
#include "pirn/net/server.hpp"
#include "python_repr.hpp"
#include "utf8.hpp"

namespace pirn::apps {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view undecodable{"\0", 1};
constexpr std::size_t enough_bytes = 256 * 1024;  // what is held back to be written with more

// What the client asks for.
std::string_view query_of(std::string_view line) noexcept {
  return is_utf8(line) ? python_stripped(line) : undecodable;
}

bool ends_session(std::string_view query) noexcept {
  return static_cast<unsigned char>(query.front()) < ' ';
}

class session {
 public:
  session(const name_index& index, io::stream_ref client, const session_log& log)
      : index_(index), search_(index), client_(client), log_(log), name_(client.name()) {}
  session(session&&) = delete;  // it is referred to while it runs

  task<> run() {
    const scope_exit end([&] {
      note("Closed {}\n", name_);
      tell_log();
    });
    try {
      co_await converse();
    } catch (const io::limit_exceeded&) {
      note("Too long a line from {}\n", name_);
    }
    co_await send();
  }

 private:
  task<> converse() {
    out_ = charfinder_prompt;
    for (;;) {
      if (!reader_.buffered().contains('\n')) co_await send();
      const std::string_view line = co_await reader_.read_line();
      if (line.empty()) co_return;
      const std::string_view query = query_of(line);
      note_query(query);
      if (!query.empty()) {
        if (ends_session(query)) co_return;
        co_await answer(query);
      }
      out_ += charfinder_prompt;
    }
  }

  task<> answer(std::string_view query) {
    const std::span<const code_range> found = search_.find(query);
    for (const code_range& each : found) {
      for (char32_t code = each.first; code <= each.last; ++code) {
        append_found(out_, code, index_);
        out_ += line_end;
        if (out_.size() >= enough_bytes) co_await send();
      }
    }
    const std::size_t count = count_codes(found);
    append_status(out_, count, query, index_);
    out_ += line_end;
    note("Sent {} lines to {}\n", count + 1, name_);
    if (out_.size() >= enough_bytes) co_await send();
  }

  task<> send() {
    tell_log();
    if (out_.empty()) co_return;
    co_await client_.write_all(out_);
    out_.clear();
  }

  template <class... Args>
  void note(fmt::format_string<Args...> text, Args&&... args) {
    if (log_) fmt::format_to(std::back_inserter(notes_), text, std::forward<Args>(args)...);
  }
  void note_query(std::string_view query) {
    if (!log_) return;
    note("Received from {}: ", name_);
    append_python_repr(notes_, query, index_);
    notes_ += '\n';
  }
  void tell_log() {
    if (!notes_.empty()) log_(notes_);
    notes_.clear();
  }

  const name_index& index_;
  name_search search_;
  io::stream_ref client_;
  io::buffered_reader reader_{client_};
  const session_log& log_;
  std::string name_;   // the client's
  std::string out_;    // what is still to be written to the client,
  std::string notes_;  // and what is to be told to the log
};

}  // namespace

task<> answer_queries(const name_index& index, io::stream_ref client, const session_log& log) {
  session with_client(index, client, log);
  co_await with_client.run();
}

task<> serve_queries_on(net::listener& where, const name_index& index, session_log log) {
  auto answer = [&](net::tcp_stream peer) -> task<> { co_await answer_queries(index, peer, log); };
  co_await net::serve_on(where, answer);
}

}  // namespace pirn::apps
