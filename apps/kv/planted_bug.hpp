// planted_bug: mistakes that people make in such a server, to see that the simulation finds them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pirn::apps::kv {

enum class planted_bug : std::uint8_t {
  none,
  vote_not_saved,
  votes_twice,
  ignores_logs_in_votes,
  keeps_term,
  keeps_conflicts,
  commits_without_majority,
  commits_old_terms,
  stale_reads,
  forgets_sync,
  applies_retries,
};

struct bug_description {
  planted_bug which;
  std::string_view name;   ///< "vote-not-saved"
  std::string_view about;  ///< what the server does wrong
};

/// All ten, in the order of the enumeration.
std::span<const bug_description> planted_bugs() noexcept;
/// Their names, in the same order.
std::span<const std::string_view> bug_names() noexcept;
/// The one of that name; "none" is one.
std::optional<planted_bug> bug_named(std::string_view name) noexcept;

}  // namespace pirn::apps::kv
