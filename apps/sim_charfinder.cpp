#include "sim_charfinder.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include "charfinder_session.hpp"
#include "name_indexer.hpp"
#include "pirn/core/sleep.hpp"
#include "pirn/core/within.hpp"
#include "pirn/net/connect.hpp"
#include "pirn/net/server.hpp"
#include "pirn/world/crash_at_end.hpp"
#include "pirn/world/nemesis.hpp"
#include "sim_end.hpp"

namespace pirn::apps {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t port = 2323;

// A few characters will do, so that every machine has the same.
struct character {
  char32_t code;
  std::string_view text;
  std::string_view name;
};
constexpr std::array characters{
    character{0x41, "A", "LATIN CAPITAL LETTER A"},
    character{0x42, "B", "LATIN CAPITAL LETTER B"},
    character{0xE9, "é", "LATIN SMALL LETTER E WITH ACUTE"},
    character{0xEA, "ê", "LATIN SMALL LETTER E WITH CIRCUMFLEX"},
    character{0x3B1, "α", "GREEK SMALL LETTER ALPHA"},
    character{0x2654, "♔", "WHITE CHESS KING"},
    character{0x2656, "♖", "WHITE CHESS ROOK"},
    character{0x265A, "♚", "BLACK CHESS KING"},
    character{0x265C, "♜", "BLACK CHESS ROOK"},
    character{0x1F638, "😸", "GRINNING CAT FACE WITH SMILING EYES"},
    character{0x1F63B, "😻", "SMILING CAT FACE WITH HEART-SHAPED EYES"},
};
constexpr std::array<std::string_view, 9> queries{"chess",    "chess king",   "white chess",
                                                  "cat eyes", "latin letter", "small",
                                                  "no such",  "letter",       "heart"};

const name_index& index() {
  static const name_index made = [] {
    std::string lines;
    for (const character& each : characters) {
      lines += fmt::format("{:04X};{};So;0;ON;;;;;N;;;;;\n", static_cast<std::uint32_t>(each.code),
                           each.name);
    }
    constexpr std::uint64_t source = 1;
    return name_index::open(make_name_image(parse_unicode_data(lines, "simulated"), source), source)
        .value();
  }();
  return made;
}

bool has_word(std::string_view name, std::string_view word) {
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (std::size_t at = name.find(word); at != std::string_view::npos;
       at = name.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_letter(name[at - 1]);
    if (begins && (end == name.size() || !is_letter(name[end]))) return true;
  }
  return false;
}

bool has_words(std::string_view name, std::string_view query) {
  std::string word;
  for (char each : std::string(query) + " ") {
    if (each != ' ') {
      word += static_cast<char>(each - 'a' + 'A');
    } else if (!has_word(name, std::exchange(word, {}))) {
      return false;
    }
  }
  return true;
}

// What the server is to say, found without its index.
std::string answer_to(std::string_view query) {
  std::string text;
  std::size_t count = 0;
  for (const character& each : characters) {
    if (!has_words(each.name, query)) continue;
    const std::string code = fmt::format("U+{:04X}", static_cast<std::uint32_t>(each.code));
    text += fmt::format("{:<7}\t{}\t{}\r\n", code, each.text, each.name);
    ++count;
  }
  if (count == 0) return fmt::format("No match for '{}'\r\n{}", query, charfinder_prompt);
  return text + fmt::format("{} match{} for '{}'\r\n{}", count, count == 1 ? "" : "es", query,
                            charfinder_prompt);
}

task<> serve_finder() {
  net::listener where(net::any(port));
  co_await serve_queries_on(where, index(), {});
}

/// One client, and what it is to do.
struct asker {
  random_source lots;
  bool must_stop = false;
  int answers = 0;
};

// Listens until all that is expected has come.
// Throws: std::runtime_error when something else comes; what ends the connection.
task<> hear(net::tcp_stream& server, std::string_view expected) {
  while (!expected.empty()) {
    lease chunk = co_await timeout(3s, server.read());
    if (chunk.empty()) throw std::system_error(ECONNRESET, std::generic_category(), "read");
    if (!expected.starts_with(chunk.text())) {
      throw std::runtime_error(fmt::format("expected '{}', heard '{}'", expected, chunk.text()));
    }
    expected.remove_prefix(chunk.size());
  }
}

// Several queries at once, so that the server has more to say than goes into a packet.
task<> converse(net::tcp_stream& server, asker& me) {
  co_await hear(server, charfinder_prompt);
  while (!me.must_stop) {
    std::string asked;
    std::string expected;
    const auto count = static_cast<int>(1 + me.lots.below(4));
    for (int i = 0; i < count; ++i) {
      const std::string_view query = queries.at(me.lots.below(queries.size()));
      asked += std::string(query) + "\r\n";
      expected += answer_to(query);
    }
    co_await server.write_all(asked);
    co_await hear(server, expected);
    me.answers += count;
    co_await sleep_for(duration(static_cast<duration::rep>(me.lots.below(200'000'000))));
  }
}

task<> keep_asking(asker* me) {
  while (!me->must_stop) {
    try {
      net::tcp_stream server = co_await timeout(3s, net::connect("server", port));
      co_await converse(server, *me);
    } catch (const std::system_error&) {
    } catch (const timeout_error&) {
    }
    co_await sleep_for(100ms);
  }
}

}  // namespace

void simulate_charfinder(world& w) {
  w.add_host("server", "10.0.0.1").boot(serve_finder);
  std::array clients{asker{w.random("client 1")}, asker{w.random("client 2")},
                     asker{w.random("client 3")}};
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    w.add_host("client" + number, "10.0.1." + number).boot(keep_asking, &clients.at(i));
  }
  const crash_at_end guard(w);
  nemesis trouble(
      w, {.active_for = 20s, .gap_max = 1s, .lasts_max = 4s, .clock_jumps = 1, .drifts = 1});
  w.run_for(20s);

  const auto count = [](const asker& each) { return each.answers; };
  std::array<int, clients.size()> before{};
  std::ranges::transform(clients, before.begin(), count);
  w.eventually("each client is answered once all is mended", 2min,
               [&] { return std::ranges::equal(clients, before, std::greater(), count); });
  for (asker& each : clients) each.must_stop = true;
  end_and_check(w, {"server"});
}

}  // namespace pirn::apps
