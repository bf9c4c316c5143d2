// flag_styles: the same downloads in four styles of programming.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flag_download.hpp"
#include "flag_site.hpp"
#include "pirn/exec/future.hpp"

namespace pirn::apps {

enum class flag_style : std::uint8_t {
  sequential,    ///< one after the other
  threads,       ///< a pool of threads that block, a task that waits for each
  futures,       ///< the same pool; futures, taken as they are completed
  processes,     ///< a pool of processes that fetch, and send back what they have
  async,         ///< tasks on one loop, a semaphore between them
  virtual_time,  ///< the same tasks, with the site, on virtual time
};
inline constexpr flag_style all_flag_styles[] = {flag_style::sequential, flag_style::threads,
                                                 flag_style::futures,    flag_style::processes,
                                                 flag_style::async,      flag_style::virtual_time};

std::string_view to_string(flag_style style) noexcept;

/// How many connections a style uses at once: what was asked for, or the style's own number, but
/// not more than it may, nor than there are codes.
unsigned connections_of(flag_style style, std::optional<unsigned> wanted, std::size_t codes);

/// Shown a future of a code whenever it has been seen in another state.
using flag_watch = std::function<void(std::string_view code, const future_base& seen)>;
/// Has another process call fetch_flag_blocking().
using flag_fetcher = std::function<future<fetched_flag>(const flag_order&, const std::string&)>;

/// What a style is to do.
struct flag_task {
  std::vector<std::string> codes;
  flag_order order;
  unsigned connections = 1;
  flag_watch watch;    ///< empty: nobody looks
  flag_fetcher fetch;  ///< of the style with processes; empty: in a pool of its own
  // For the virtual style, which brings its own site.
  std::string flags_directory;
  site_manners manners;
};

/// Told of each code when it is done, on whatever thread the style runs.
using flag_sink = std::function<void(flag_result)>;

/// Run a style to its end, on the present loop. Each code is told to `done` once.
/// Cancel: what is under way ends, and leaves no part of a file.
task<> run_sequential(const flag_task& work, const flag_sink& done);
task<> run_threads(const flag_task& work, const flag_sink& done);
task<> run_futures(const flag_task& work, const flag_sink& done);
task<> run_processes(const flag_task& work, const flag_sink& done);
task<> run_async(const flag_task& work, const flag_sink& done);

/// Runs the async style and its site on a loop of virtual time, here and now.
/// Requires: no loop runs on this thread.
/// Returns:  how long it took there.
std::chrono::nanoseconds run_virtual(const flag_task& work, const flag_sink& done);

}  // namespace pirn::apps
