#include "hash_session.hpp"

#include <cerrno>
#include <cstdint>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

#include "checksum_list.hpp"
#include "command.hpp"
#include "input_bytes.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/exec/broken_executor.hpp"
#include "pirn/exec/to_thread.hpp"

namespace pirn::apps {

namespace {

task<digest_result> standard_input_digest() {
  constexpr std::size_t piece_bytes = 256 * 1024;
  digest_result result;
  try {
    input_bytes input("-");
    sha256 hash;
    std::vector<std::byte> piece(piece_bytes);
    for (;;) {
      const std::size_t count = co_await input.read(piece);
      if (count == 0) break;
      hash.update(std::span(piece).first(count));
    }
    result.digest = hash.finish();
  } catch (const std::system_error& error) {
    result.error = error.code().value();
  }
  co_return result;
}

// Returns: nullopt when a process that died has left it undone.
task<std::optional<digest_result>> next_of(mapped<digest_result>& results) {
  std::optional<digest_result> result;
  try {
    result = co_await results.next();
  } catch (const broken_executor&) {
    co_return std::nullopt;
  }
  co_return result;
}

class hash_session {
 public:
  hash_session(const hash_plan& plan, const digest_source& digests, hash_report& report)
      : plan_(plan), digests_(digests), report_(report) {}

  /// Digests, or checks, all.
  /// Returns: whether all is as it should be.
  task<bool> run();

 private:
  using digest_sink = std::function<void(std::size_t number, const digest_result&)>;

  task<> digest_each(std::span<const std::string> names, digest_sink told);
  task<bool> digest_all();
  task<bool> check_all();
  task<bool> check_list(std::string path);
  task<> check_lines(checksum_list& list, std::string_view shown, check_counts& counts);
  task<> check_batch(const checksum_batch& batch, std::string_view shown, check_counts& counts);
  void check(std::string_view name, const sha256_digest& wanted, const digest_result& found,
             check_counts& counts);

  const hash_plan& plan_;
  const digest_source& digests_;
  hash_report& report_;
  checksum_parser parser_;
};

// Standard input is no file that another process could read: it is digested when its turn comes.
task<> hash_session::digest_each(std::span<const std::string> names, digest_sink told) {
  mapped<digest_result> results = digests_(names);
  for (std::size_t number = 0; number < names.size(); ++number) {
    std::optional<digest_result> result = co_await next_of(results);
    if (names[number] == "-") {
      result = co_await standard_input_digest();
    } else if (!result) {
      result = co_await to_thread([&] { return file_digest(names[number]); });
    }
    told(number, *result);
  }
}

task<bool> hash_session::digest_all() {
  bool all_well = true;
  digest_sink told = [&](std::size_t number, const digest_result& result) {
    const std::string& name = plan_.names[number];
    if (result.error == 0) return report_.digested(name, result.digest);
    all_well = false;
    report_.failed(name, result.error);
  };
  co_await digest_each(plan_.names, std::move(told));
  co_return all_well;
}

task<bool> hash_session::check_all() {
  bool all_well = true;
  for (const std::string& path : plan_.names) {
    const bool is_well = co_await check_list(path);
    all_well = all_well && is_well;
  }
  co_return all_well;
}

task<bool> hash_session::check_list(std::string path) {
  const std::string shown = path == "-" ? "standard input" : path;
  checksum_list list(path, parser_);
  try {
    co_await list.open();
  } catch (const std::system_error& error) {
    report_.list_failed(shown, error.code().value());
    co_return false;
  }
  check_counts counts;
  try {
    co_await check_lines(list, shown, counts);
  } catch (const std::system_error&) {
    report_.list_broken(shown);
    co_return false;
  }
  report_.list_ended(shown, counts);
  co_return counts.ok > 0 && counts.mismatched == 0 && counts.unreadable == 0 &&
      (!plan_.strict || counts.malformed == 0);
}

task<> hash_session::check_lines(checksum_list& list, std::string_view shown,
                                 check_counts& counts) {
  for (;;) {
    const std::optional<checksum_batch> batch = co_await list.next();
    if (!batch) co_return;
    co_await check_batch(*batch, shown, counts);
  }
}

task<> hash_session::check_batch(const checksum_batch& batch, std::string_view shown,
                                 check_counts& counts) {
  auto malformed = batch.malformed.begin();
  const auto tell_malformed_before = [&](std::uint64_t line) {
    for (; malformed != batch.malformed.end() && *malformed < line; ++malformed) {
      report_.malformed(shown, *malformed);
    }
  };
  digest_sink told = [&](std::size_t number, const digest_result& found) {
    tell_malformed_before(batch.lines[number]);
    check(batch.names[number], batch.digests[number], found, counts);
  };
  co_await digest_each(batch.names, std::move(told));
  tell_malformed_before(UINT64_MAX);
  counts.malformed += batch.malformed.size();
}

void hash_session::check(std::string_view name, const sha256_digest& wanted,
                         const digest_result& found, check_counts& counts) {
  ++counts.well_formed;
  if (found.error == ENOENT && plan_.style.ignore_missing) {
    report_.checked(name, check_fate::passed_over, 0);
  } else if (found.error != 0) {
    ++counts.unreadable;
    report_.checked(name, check_fate::unreadable, found.error);
  } else if (found.digest != wanted) {
    ++counts.mismatched;
    report_.checked(name, check_fate::mismatched, 0);
  } else {
    ++counts.ok;
    report_.checked(name, check_fate::ok, 0);
  }
}

task<bool> hash_session::run() {
  bool all_well = false;
  if (plan_.check) {
    all_well = co_await check_all();
  } else {
    all_well = co_await digest_all();
  }
  co_return all_well;
}

}  // namespace

int run_hash(const hash_plan& plan) {
  const std::unique_ptr<hash_report> report =
      plan.json ? json_hash_report(plan.style) : text_hash_report(plan.style);
  const run_options options = with_signals_for(plan.executor, plan.run);
  bool all_well = false;
  try {
    with_digest_source(plan.executor, [&](const digest_source& digests) {
      hash_session session(plan, digests, *report);
      try {
        all_well = run(options, &hash_session::run, &session);
      } catch (const ended_by_signal& asked) {
        leave_after(asked, plan.executor);
        throw;
      }
    });
  } catch (const ended_by_signal& asked) {
    return asked.exit_status();
  }
  report->end();
  return all_well ? 0 : exit_failure;
}

}  // namespace pirn::apps
