// hash_executor: where the digests of `pirn hash` are made.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "executor_option.hpp"
#include "file_digest.hpp"
#include "pirn/exec/map.hpp"

namespace pirn::apps {

/// Gives the digests of files in the order of their names, which must outlive it.
using digest_source = std::function<mapped<digest_result>(std::span<const std::string>)>;

/// Calls `use` with a source on the chosen executor, and ends the executor afterwards: it waits for
/// calls that are under way, but kills processes when `use` throws.
///
/// Throws: what `use` throws; usage_error when there is no such executor here.
void with_digest_source(executor_option option,
                        const std::function<void(const digest_source&)>& use);

}  // namespace pirn::apps
