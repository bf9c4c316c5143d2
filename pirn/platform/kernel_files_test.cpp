#include "pirn/platform/kernel_files.hpp"

#include <array>
#include <cerrno>
#include <map>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pirn/testing/temporary_directory.hpp"

namespace pirn {

namespace {

template <class Operation>
struct request final : Operation {
  void completed() noexcept override { FAIL() << "a file system completes nothing"; }
};

/// Operations at once, in a directory of their own.
class kernel_files : public ::testing::Test {
 protected:
  std::string path(const char* name) const { return directory_ / name; }

  template <class Operation>
  static int perform(request<Operation>& of) {
    pirn::kernel_files().perform(of);
    return of.result;
  }

  file_id open(const std::string& at, const open_mode& mode) {
    request<open_operation> opening;
    opening.path = at;
    opening.mode = mode;
    EXPECT_EQ(perform(opening), 0);
    return opening.opened;
  }

  testing::temporary_directory directory_;
};

}  // namespace

TEST_F(kernel_files, a_link_is_followed_unless_told_otherwise) {
  ::close(static_cast<int>(open(path("file"), {.write = true, .create = true})));
  ASSERT_EQ(::symlink("file", path("link").c_str()), 0);
  request<stat_operation> asking;
  asking.path = path("link");
  EXPECT_EQ(perform(asking), 0);
  EXPECT_EQ(asking.status.type, file_status::kind::regular);
  asking.follow = false;
  EXPECT_EQ(perform(asking), 0);
  EXPECT_EQ(asking.status.type, file_status::kind::symbolic_link);

  request<open_operation> opening;
  opening.path = path("link");
  opening.mode = {.read = true, .no_follow = true};
  EXPECT_EQ(perform(opening), -ELOOP);
  EXPECT_EQ(opening.opened, file_id::none);
}

TEST_F(kernel_files, permissions_are_those_of_the_mode_before_the_umask) {
  mode_t before = ::umask(022);
  file_id file = open(path("file"), {.write = true, .create = true, .permissions = 0640});
  ::umask(before);
  request<stat_operation> asking;
  asking.file = file;
  EXPECT_EQ(perform(asking), 0);
  EXPECT_EQ(asking.status.permissions, 0640U);
  EXPECT_GT(asking.status.modified_ns, 1'500'000'000'000'000'000);
  ::close(static_cast<int>(file));
}

TEST_F(kernel_files, what_is_no_file_or_directory_is_other) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  request<stat_operation> asking;
  asking.path = path("fifo");
  EXPECT_EQ(perform(asking), 0);
  EXPECT_EQ(asking.status.type, file_status::kind::other);
}

TEST_F(kernel_files, descriptors_are_closed_on_exec) {
  file_id file = open(path("file"), {.write = true, .create = true});
  EXPECT_EQ(::fcntl(static_cast<int>(file), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  request<close_operation> closing;
  closing.file = file;
  EXPECT_EQ(perform(closing), 0);
  EXPECT_EQ(::fcntl(static_cast<int>(file), F_GETFD), -1);
}

TEST_F(kernel_files, reading_a_directory_fails) {
  file_id directory = open(directory_.path(), {.read = true, .directory = true});
  std::array<std::byte, 8> memory{};
  request<read_operation> reading;
  reading.file = directory;
  reading.into = memory;
  EXPECT_EQ(perform(reading), -EISDIR);
  ::close(static_cast<int>(directory));
}

TEST_F(kernel_files, a_full_disk_is_an_error_of_the_write) {
  int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  std::array<std::byte, 8> memory{};
  request<write_operation> writing;
  writing.file = file_id{full};
  writing.from = memory;
  EXPECT_EQ(perform(writing), -ENOSPC);
  ::close(full);
}

TEST_F(kernel_files, tell_where_a_path_leads_and_what_a_directory_holds) {
  ::close(static_cast<int>(open(path("file"), {.write = true, .create = true})));
  ASSERT_EQ(::symlink("file", path("link").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", path("lost").c_str()), 0);
  const std::string top = pirn::kernel_files().canonical(directory_.path()).value();
  EXPECT_EQ(pirn::kernel_files().canonical(path("./link")), top + "/file");
  EXPECT_EQ(pirn::kernel_files().canonical(path("lost")).error(),
            std::errc::no_such_file_or_directory);
  std::map<std::string, file_status::kind> held;
  const auto entries = pirn::kernel_files().entries(directory_.path());
  for (const directory_entry& each : entries.value()) held[each.name] = each.type;
  EXPECT_EQ(held, (std::map<std::string, file_status::kind>{{"file", file_status::kind::regular},
                                                            {"link", file_status::kind::regular},
                                                            {"lost", file_status::kind::other}}));
  EXPECT_EQ(pirn::kernel_files().entries(path("file")).error(), std::errc::not_a_directory);
  EXPECT_EQ(pirn::kernel_files().entries(std::string("a\0b", 3)).error(),
            std::errc::invalid_argument);
}

}  // namespace pirn
