#include "system_facts.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "pirn/platform/affinity.hpp"

namespace pirn::apps {

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<std::uint64_t> number_at(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data() + first, text.data() + text.size(), number);
  return wrong == std::errc() ? std::optional(number) : std::nullopt;
}

// Of the control group that the process is in, by the one hierarchy of version 2. The file says
// "max" where there is no limit.
std::optional<std::uint64_t> memory_limit() {
  const std::string groups = content_of("/proc/self/cgroup");
  const std::size_t at = groups.find("0::/");
  if (at == std::string::npos) return std::nullopt;
  const std::string name = groups.substr(at + 3, groups.find('\n', at) - at - 3);
  return number_at(content_of("/sys/fs/cgroup" + name + "/memory.max"));
}

/// `which`: the soft limit, which the kernel enforces, or the hard one, to which a process may go.
template <class Resource>
std::optional<std::uint64_t> limit_of(Resource resource, rlim_t rlimit::* which) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.*which == RLIM_INFINITY) return std::nullopt;
  return limit.*which;
}

}  // namespace

std::optional<std::uint64_t> find_kilobytes(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(':')) continue;
    const std::optional<std::uint64_t> count = number_at(line.substr(name.size() + 1));
    return count ? std::optional(*count * 1024) : std::nullopt;
  }
  return std::nullopt;
}

system_facts ask_system() {
  system_facts found;
  utsname names{};
  if (::uname(&names) == 0) {
    found.kernel = names.release;
    found.machine = names.machine;
  }
  found.processors_online = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
  found.processors_allowed = static_cast<unsigned>(allowed_processors().size());
  const std::string memory = content_of("/proc/meminfo");
  found.memory_bytes = find_kilobytes(memory, "MemTotal").value_or(0);
  found.memory_available_bytes = find_kilobytes(memory, "MemAvailable").value_or(0);
  found.memory_limit_bytes = memory_limit();
  found.address_space_bytes = limit_of(RLIMIT_AS, &rlimit::rlim_cur);
  found.locked_memory_bytes = limit_of(RLIMIT_MEMLOCK, &rlimit::rlim_cur);
  found.descriptors = limit_of(RLIMIT_NOFILE, &rlimit::rlim_max);
  return found;
}

}  // namespace pirn::apps
