#include "announcer.hpp"

#include "pirn/base/scope_guard.hpp"
#include "pirn/core/gather.hpp"
#include "pirn/sync/event.hpp"

namespace pirn::apps {

namespace {

task<> announce_end() {
  const scope_exit told([] { notify_stopping(); });
  event never;
  co_await never.wait();
}

}  // namespace

void write_to_standard_error(std::string_view lines) {
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

task<> serve_and_announce_end(worker me, task<> serving) {
  if (me.index() == 0) {
    co_await race(std::move(serving), announce_end());
  } else {
    co_await std::move(serving);
  }
}

}  // namespace pirn::apps
