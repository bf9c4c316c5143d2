#include "planted_bug.hpp"

#include <algorithm>
#include <array>

namespace pirn::apps::kv {

namespace {

using enum planted_bug;

constexpr std::array descriptions{
    bug_description{vote_not_saved, "vote-not-saved",
                    "term and vote are only in memory, and forgotten in a crash"},
    bug_description{votes_twice, "votes-twice", "a node votes for all who ask in a term"},
    bug_description{ignores_logs_in_votes, "ignores-logs-in-votes",
                    "a node votes for one whose log lacks what its own has"},
    bug_description{keeps_term, "keeps-term", "a node that votes stays in its old term"},
    bug_description{keeps_conflicts, "keeps-conflicts",
                    "entries that differ from the leader's are not replaced"},
    bug_description{commits_without_majority, "commits-without-majority",
                    "one node too few makes a majority"},
    bug_description{commits_old_terms, "commits-old-terms",
                    "an entry of a former term is committed because a majority has it"},
    bug_description{stale_reads, "stale-reads",
                    "a leader answers reads at once, though another may have taken its place"},
    bug_description{forgets_sync, "forgets-sync", "answers are given before the disk has all"},
    bug_description{applies_retries, "applies-retries",
                    "a command that is sent again counts again"},
};

constexpr auto names = [] {
  std::array<std::string_view, descriptions.size()> all;
  std::ranges::transform(descriptions, all.begin(), &bug_description::name);
  return all;
}();

}  // namespace

std::span<const bug_description> planted_bugs() noexcept {
  return descriptions;
}

std::span<const std::string_view> bug_names() noexcept {
  return names;
}

std::optional<planted_bug> bug_named(std::string_view name) noexcept {
  if (name == "none") return none;
  const auto* found = std::ranges::find(descriptions, name, &bug_description::name);
  if (found == descriptions.end()) return {};
  return found->which;
}

}  // namespace pirn::apps::kv
