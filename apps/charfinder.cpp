// pirn charfinder: finds Unicode characters by words of their names, for a shell or for telnet.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "announcer.hpp"
#include "charfinder_session.hpp"
#include "command.hpp"
#include "driver_option.hpp"
#include "found_text.hpp"
#include "index_cache.hpp"
#include "json_text.hpp"
#include "listening.hpp"
#include "name_search.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

namespace {

constexpr const char* charfinder_explanation =
    R"(A character is found when its name has all the words, in any order; capital and small letters are
the same. A character's line has its code point, the character itself, and its name.

With --tcp it answers telnet: a query a line, after the prompt "?> ". An empty line asks for another
one, a control character ends the session (Ctrl-C of telnet), and Ctrl-C here ends the server. Each
query is logged on standard error. Started with a socket by systemd (LISTEN_FDS), it answers on
that.

The names are those of UnicodeData.txt, which Debian's package unicode-data has. An index over them
is kept in $XDG_CACHE_HOME/pirn, otherwise ~/.cache/pirn.

Exit status: 0; 1 when no name matches, or something failed; 2 for wrong arguments; 130 after
Ctrl-C, 143 after SIGTERM.

Examples:
  pirn charfinder cat eyes             GRINNING CAT FACE WITH SMILING EYES, and two more
  pirn charfinder --json chess rook    the same for programs
  pirn charfinder --tcp 2323           then, elsewhere: telnet 127.0.0.1 2323)";

constexpr const char* usual_source = "/usr/share/unicode/UnicodeData.txt";

struct charfinder_options {
  std::vector<std::string> words;
  std::string source = usual_source;
  std::string address;  // where to listen, if at all
  bool json = false;
  bool quiet = false;
  bool use_cache = true;
  run_options run;
};

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_lines(std::span<const code_range> found, const std::string& query,
                 const name_index& index) {
  std::string line;
  for (const code_range& each : found) {
    for (char32_t code = each.first; code <= each.last; ++code) {
      line.clear();
      append_found(line, code, index);
      print(line += '\n');
    }
  }
  line.clear();
  append_status(line, count_codes(found), query, index);
  print(line += '\n');
}

void print_json(std::span<const code_range> found, const std::string& query,
                const name_index& index) {
  print(fmt::format(R"({{"query": {}, "count": {}, "matches": [)", json_string(query),
                    count_codes(found)));
  std::string line;
  std::string_view before = "\n";
  for (const code_range& each : found) {
    for (char32_t code = each.first; code <= each.last; ++code) {
      line = std::exchange(before, ",\n");
      append_found_json(line, code, index);
      print(line);
    }
  }
  print(found.empty() ? "]}\n" : "\n]}\n");
}

int answer_once(const charfinder_options& options, const name_index& index) {
  const std::string query = fmt::format("{}", fmt::join(options.words, " "));
  name_search search(index);
  const std::span<const code_range> found = search.find(query);
  options.json ? print_json(found, query, index) : print_lines(found, query, index);
  return found.empty() ? exit_failure : 0;
}

task<> serve_queries(worker me, const name_index& index, bool quiet, const listening_place& where) {
  session_log log = quiet ? session_log() : write_to_standard_error;
  net::listener listening = where.listen(me);
  announce(me, "finding characters on {}", listening.local().to_string());
  task<> serving = serve_queries_on(listening, index, std::move(log));
  co_await serve_and_announce_end(std::move(me), std::move(serving));
}

// Other servers take a whole address; this one is often asked for a port alone, as in the book.
listening_place place_to_serve(const std::string& text) {
  const bool is_port = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return listening_place(is_port ? "127.0.0.1:" + text : text);
}

name_index load(const charfinder_options& options) {
  const std::string directory = options.use_cache ? index_cache_directory() : "";
  try {
    return load_name_index(options.source, directory, [](std::string_view problem) {
      fmt::print(stderr, "pirn charfinder: {}; going on without that index\n", problem);
    });
  } catch (const std::system_error& error) {
    const bool is_missing = error.code() == std::errc::no_such_file_or_directory;
    if (!is_missing || options.source != usual_source) throw;
    throw std::runtime_error(fmt::format(
        "{}: Debian's package unicode-data has it; --source names another one", error.what()));
  }
}

int run_charfinder(const charfinder_options& options) {
  const bool serves = !options.address.empty();
  if (serves == !options.words.empty()) {
    throw usage_error(serves ? "with --tcp, queries come from the clients"
                             : "say words to find, or --tcp where to listen");
  }
  if (serves && options.json) throw usage_error("--json is for a query, not for --tcp");
  if (!serves) return answer_once(options, load(options));
  const listening_place where = place_to_serve(options.address);
  const name_index index = load(options);
  run(options.run, serve_queries, std::cref(index), options.quiet, std::cref(where));
  return 0;
}

}  // namespace

void add_charfinder(CLI::App& program, action& chosen) {
  auto options = std::make_shared<charfinder_options>();
  CLI::App* command =
      program.add_subcommand("charfinder", "Find Unicode characters by words of their names");
  command->add_option("WORD", options->words, "what the names are to have")->option_text("...");
  CLI::Option* tcp =
      command
          ->add_option("--tcp", options->address,
                       "answer telnet instead: PORT, IP:PORT, [IPv6]:PORT or unix:PATH")
          ->option_text("ADDRESS");
  command->add_option("--source", options->source, "the UnicodeData.txt to take")
      ->option_text("FILE");
  command->add_flag_callback(
      "--no-cache", [options] { options->use_cache = false; },
      "neither use an index that was kept, nor keep one");
  command->add_flag("--json", options->json, "print one JSON object only");
  command->add_flag("-q,--quiet", options->quiet, "with --tcp: do not log queries");
  add_driver_option(*command, options->run);
  add_workers_option(*command, options->run);
  for (const char* each : {"--quiet", "--driver", "--workers"}) {
    command->get_option(each)->needs(tcp);
  }
  command->footer(charfinder_explanation);
  command->callback(
      [options, &chosen] { chosen = [options] { return run_charfinder(*options); }; });
}

}  // namespace pirn::apps
