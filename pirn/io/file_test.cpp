// file: files that tasks read and write, on each driver.
#include "pirn/io/file.hpp"

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "pirn/core/sleep.hpp"
#include "pirn/testing/cancel_each.hpp"
#include "pirn/testing/census.hpp"
#include "pirn/testing/each_driver_test.hpp"
#include "pirn/testing/fail_everywhere_test.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace {

using namespace pirn;
namespace fs = std::filesystem;
using pirn::testing::open_descriptors;

class file_test : public pirn::testing::each_driver {
 protected:
  std::string at(const char* name) const { return top_ / name; }
  static std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
  }
  std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(top_.path()), fs::directory_iterator());
  }

  /// Each operation once.
  task<> work_with_files() {
    co_await io::make_directory(at("d"));
    io::file out = co_await io::open(at("d/a"), {.write = true, .create = true});
    co_await out.write_all(bytes("some text"));
    co_await out.write_all(bytes("S"), 0);
    co_await out.sync();
    co_await out.close();
    io::file in = co_await io::open(at("d/a"));
    const file_status status = co_await in.status();
    EXPECT_EQ(status.size_bytes, 9U);
    std::array<std::byte, 16> room{};
    const std::size_t count = co_await in.read(room);
    EXPECT_EQ(count, 9U);
    co_await io::write_whole(at("d/b"), bytes("whole"));
    co_await io::rename(at("d/b"), at("d/c"));
    co_await io::remove(at("d/c"));
    co_await io::remove(at("d/a"));
    co_await io::remove_directory(at("d"));
  }

  /// What `work()` throws.
  template <class Fn>
  static std::string failure(Fn work) {
    try {
      on_loop(work);
    } catch (const std::system_error& error) {
      return error.what();
    }
    return "no failure";
  }

  pirn::testing::temporary_directory top_;
};
INSTANTIATE_TEST_SUITE_P(drivers, file_test, pirn::testing::on_each(), pirn::testing::driver_name);

TEST_P(file_test, what_was_written_is_read_in_order_and_at_offsets) {
  on_loop([&]() -> task<> {
    io::file out = co_await io::open(at("a"), {.write = true, .create = true});
    co_await out.write_all(bytes("hello "));
    co_await out.write_all(bytes("world"));
    co_await out.write_all(bytes("J"), 0);
    co_await out.sync();
    co_await out.close();
    io::file in = co_await io::open(at("a"));
    file_status state = co_await in.status();
    EXPECT_EQ(state.size_bytes, 11U);
    char room[32];
    const std::span into = std::as_writable_bytes(std::span(room));
    std::size_t count = co_await in.read(into);
    EXPECT_EQ(std::string_view(room, count), "Jello world");
    count = co_await in.read(into);
    EXPECT_EQ(count, 0U);
    count = co_await in.read(into, 6);
    EXPECT_EQ(std::string_view(room, count), "world");
  });
}

TEST_P(file_test, appended_bytes_go_to_the_end) {
  std::ofstream(at("a")) << "first";
  on_loop([&]() -> task<> {
    io::file out = co_await io::open(at("a"), {.write = true, .append = true});
    co_await out.write_all(bytes(" second"));
    co_await out.write_all(bytes(" third"));
  });
  EXPECT_EQ(content(at("a")), "first second third");
}

TEST_P(file_test, a_pipe_is_read_and_written_in_order) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  on_loop([&]() -> task<> {
    io::file pipe = co_await io::open(at("pipe"), {.read = true, .write = true});
    co_await pipe.write_all(bytes("one "));
    co_await pipe.write_all(bytes("two"));
    char room[32];
    const std::span into = std::as_writable_bytes(std::span(room));
    std::size_t count = co_await pipe.read(into.first(4));
    count += co_await pipe.read(into.subspan(count));
    EXPECT_EQ(std::string_view(room, count), "one two");
  });
}

/// No file of this process may grow above some bytes.
class files_limited_to {
 public:
  explicit files_limited_to(rlim_t size_bytes) : handler_before_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = size_bytes;
    ::setrlimit(RLIMIT_FSIZE, &lowered);
  }
  files_limited_to(files_limited_to&&) = delete;  // restores once
  ~files_limited_to() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_before_);
  }

 private:
  rlimit before_{};
  void (*handler_before_)(int);
};

TEST_P(file_test, a_write_that_no_longer_fits_fails_and_spoils_nothing_before_it) {
  std::string message = failure([&]() -> task<> {
    io::file out = co_await io::open(at("a"), {.write = true, .create = true});
    co_await out.write_all(bytes("0123"));
    const files_limited_to ten(10);
    co_await out.write_all(bytes("456789abcdef"));
  });
  EXPECT_EQ(message, "write " + at("a") + ": File too large");
  EXPECT_EQ(content(at("a")), "0123456789");
}

TEST_P(file_test, errors_name_the_operation_and_the_path) {
  EXPECT_EQ(failure([&]() -> task<> { co_await io::open(at("none")); }),
            "open " + at("none") + ": No such file or directory");
  EXPECT_EQ(failure([&] { return io::remove(at("none")); }),
            "remove " + at("none") + ": No such file or directory");
  EXPECT_EQ(failure([&] { return io::rename(at("none"), at("new")); }),
            "rename " + at("none") + " to " + at("new") + ": No such file or directory");
  EXPECT_EQ(failure([&]() -> task<> { co_await io::status(at("none")); }),
            "status of " + at("none") + ": No such file or directory");
}

TEST_P(file_test, directories_are_made_and_removed) {
  on_loop([&]() -> task<> {
    bool made = co_await io::make_directory(at("d"));
    EXPECT_TRUE(made);
    made = co_await io::make_directory(at("d"));
    EXPECT_FALSE(made);
    co_await io::remove_directory(at("d"));
  });
  EXPECT_EQ(entries(), 0);
}

TEST_P(file_test, write_whole_replaces_a_file_and_leaves_nothing_beside_it) {
  on_loop([&]() -> task<> {
    co_await io::write_whole(at("w"), bytes("first"));
    co_await io::write_whole(at("w"), bytes("second"));
  });
  EXPECT_EQ(content(at("w")), "second");
  EXPECT_EQ(entries(), 1);
}

TEST_P(file_test, write_whole_that_fails_names_what_failed_first) {
  std::ofstream(at("plain")) << "no directory";
  std::string message = failure([&] { return io::write_whole(at("plain/x"), bytes("text")); });
  EXPECT_EQ(message, "open " + at("plain/x.part") + ": Not a directory");
}

TEST_P(file_test, a_cancelled_write_whole_leaves_all_or_nothing_and_no_descriptor) {
  const std::string big(1 << 20, 'b');
  for (int microseconds = 0; microseconds < 2000; microseconds += 100) {
    const std::size_t before = open_descriptors();
    on_loop([&]() -> task<> {
      co_await move_on_after(std::chrono::microseconds(microseconds),
                             io::write_whole(at("c"), bytes(big)));
    });
    EXPECT_FALSE(fs::exists(at("c.part")));
    if (fs::exists(at("c"))) {
      EXPECT_EQ(fs::file_size(at("c")), big.size());
    }
    fs::remove(at("c"));
    EXPECT_EQ(open_descriptors(), before);
  }
}

TEST_P(file_test, a_close_that_was_cancelled_before_it_began_leaks_nothing) {
  std::ofstream(at("a")) << "text";
  on_loop([&]() -> task<> {
    const std::size_t before = open_descriptors();
    {
      io::file in = co_await io::open(at("a"));
      cancel_scope scope;
      scope.cancel();
      bool closed = co_await within(scope, in.close());
      EXPECT_FALSE(closed);
    }
    co_await sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(open_descriptors(), before);
  });
}

TEST_P(file_test, each_operation_may_be_cancelled_anywhere) {
  auto work = [&] { return work_with_files(); };
  auto check = [&](const pirn::testing::cancelled_run& run) {
    pirn::testing::expect_no_error(run);
    EXPECT_FALSE(fs::exists(at("d/b.part"))) << run.describe();
    fs::remove_all(at("d"));
  };
  EXPECT_GT(pirn::testing::cancel_each_await(work, check, {.driver = GetParam()}), 1U);
}

TEST_P(file_test, each_call_may_fail) {
  for (const int error : {EMFILE, ENFILE, ENOMEM, EIO}) {
    auto work = [&] { return work_with_files(); };
    auto check = [&](const pirn::testing::failed_run& run) {
      EXPECT_EQ(run.error != nullptr, run.call > 0) << run.describe();
      if (run.error) {
        EXPECT_TRUE(pirn::testing::names_its_operation(run.error)) << run.describe();
      }
      EXPECT_FALSE(fs::exists(at("d/b.part")) && run.what != "unlink") << run.describe();
      fs::remove_all(at("d"));
    };
    const pirn::testing::fail_each_options options{.error = error, .driver = GetParam()};
    EXPECT_GT(pirn::testing::fail_each_call(work, check, options), 10U);
  }
}

TEST_P(file_test, one_that_was_closed_says_so) {
  auto ask_a_closed_one = [&]() -> task<> {
    io::file out = co_await io::open(at("closed"), {.write = true, .create = true});
    co_await out.close();
    co_await out.status();
  };
  EXPECT_DEATH(on_loop(ask_a_closed_one), "a file that was closed or moved from is used");
}

}  // namespace
