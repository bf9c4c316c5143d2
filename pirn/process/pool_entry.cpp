#include "pirn/process/pool_entry.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "pirn/platform/shared_memory.hpp"
#include "pirn/process/call_slots.hpp"
#include "pirn/process/frame_stream.hpp"
#include "pirn/remote/call.hpp"
#include "pirn/remote/outcome.hpp"

namespace pirn::detail {

namespace {

/// Ends this process. Objects at namespace scope are not destroyed: what they would do at the end
/// of the program belongs to the process that started this one.
[[noreturn]] void leave(int status) {
  std::fflush(nullptr);
  std::_Exit(status);
}

/// Makes this process end when the pool's does, whatever it is doing, and not at Ctrl-C, which the
/// terminal sends to all, or at a service manager's SIGTERM: the pool's process decides.
void belong_to(int pool_pid, const char* name) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != pool_pid) leave(EXIT_FAILURE);  // it has ended before that
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, [](int) {});  // programs that a call starts would inherit SIG_IGN
  ::prctl(PR_SET_NAME, name);
  for (int each : {pool_socket, pool_slots}) ::fcntl(each, F_SETFD, FD_CLOEXEC);
}

class call_loop {
 public:
  explicit call_loop(unsigned index)
      : stream_(unique_fd(pool_socket)),
        shared_(unique_fd(pool_slots)),
        slots_(shared_.bytes().subspan(index * call_slots::size_bytes, call_slots::size_bytes)) {}

  void run() {
    for (;;) {
      if (receive() != frame_stream::received::bytes) return;
      while (auto message = stream_.next()) {
        if (message->is_lost) leave(lost_descriptors_status);
        if (!answer(*message)) return;
      }
    }
  }

 private:
  /// The next call often comes as soon as the last one's result is there: to sleep and be woken
  /// takes longer than most of them.
  frame_stream::received receive() {
    using clock = std::chrono::steady_clock;
    const clock::time_point until = clock::now() + std::chrono::microseconds(50);
    do {
      const auto came = stream_.receive();
      if (came != frame_stream::received::nothing) return came;
      std::this_thread::yield();  // to who has something to do
    } while (clock::now() < until);
    return stream_.receive_blocking();
  }
  /// Returns: whether to go on.
  bool answer(frame& message) {
    switch (message.kind) {
      case frame_kind::initialize: {
        result_.clear();
        if (!message.content.empty()) perform(message);
        stream_.queue(frame_kind::ready, 0, result_);
        const bool failed = !result_.empty() && remote::decode_result<void>(result_).has_error();
        return stream_.flush_blocking() == 0 && !failed;
      }
      case frame_kind::call:
        if (!slots_.begin(message.number)) return true;
        perform(message);
        queue_result(message.number);
        return stream_.flush_blocking() == 0;  // at once: the next call may take long
      case frame_kind::ready:
      case frame_kind::result:
        break;
    }
    return false;
  }
  void perform(frame& message) {
    result_.clear();
    beside_.clear();
    remote::perform(message.content, &message.beside, result_, &beside_);
  }
  /// A result that cannot be sent, for it has too many descriptors say, is an error of its call.
  void queue_result(std::uint32_t number) {
    try {
      stream_.queue(frame_kind::result, number, result_, beside_.descriptors());
      return;
    } catch (...) {
      outcome<void> failure;
      failure.set_error(std::current_exception());
      result_.clear();
      remote::archive_out archive(result_);
      archive(failure);
    }
    stream_.queue(frame_kind::result, number, result_);
  }

  frame_stream stream_;
  shared_memory shared_;
  call_slots slots_;
  remote::bytes result_;
  remote::attachments beside_;
};

void serve_pool(int argc, char** argv) {
  if (argc != 3) leave(EXIT_FAILURE);
  belong_to(std::atoi(argv[1]), argv[2]);
  call_loop(static_cast<unsigned>(std::atoi(argv[0]))).run();
  leave(EXIT_SUCCESS);
}

}  // namespace

const process_role pool_role("pool", serve_pool);

}  // namespace pirn::detail
