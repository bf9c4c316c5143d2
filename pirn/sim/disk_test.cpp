// disk: a host's files, and what a power cut leaves of them.
#include "pirn/sim/disk.hpp"

#include <array>
#include <cerrno>
#include <set>

#include <gtest/gtest.h>

namespace pirn::sim {

namespace {

template <class Operation>
struct request final : Operation {
  void completed() noexcept override {}
};

/// A disk, and the requests as plain calls.
class used_disk {
 public:
  explicit used_disk(std::uint64_t seed = 1) : files(events, random_source(seed)) {}

  int open(std::string path, open_mode mode) {
    request<open_operation> asked;
    asked.path = std::move(path);
    asked.mode = mode;
    files.perform(asked);
    return asked.result == 0 ? static_cast<int>(asked.opened) : asked.result;
  }
  int create(std::string path) { return open(std::move(path), {.write = true, .create = true}); }
  int write(int file, std::string_view text, std::int64_t offset = -1) {
    request<write_operation> asked;
    asked.file = file_id{file};
    asked.offset = offset;
    asked.from = std::as_bytes(std::span(text));
    files.perform(asked);
    return asked.result;
  }
  std::string read(int file, std::size_t size, std::int64_t offset = -1) {
    std::string text(size, '\0');
    request<read_operation> asked;
    asked.file = file_id{file};
    asked.offset = offset;
    asked.into = std::as_writable_bytes(std::span(text));
    files.perform(asked);
    EXPECT_GE(asked.result, 0);
    text.resize(static_cast<std::size_t>(std::max(asked.result, 0)));
    return text;
  }
  int sync(int file) { return of_file<fsync_operation>(file); }
  int close(int file) { return of_file<close_operation>(file); }
  int sync_directory(std::string path) {
    const int directory = open(std::move(path), {.read = true, .directory = true});
    const int result = sync(directory);
    close(directory);
    return result;
  }
  int rename(std::string from, std::string to) {
    request<rename_operation> asked;
    asked.from = std::move(from);
    asked.to = std::move(to);
    files.perform(asked);
    return asked.result;
  }
  int remove(std::string path, bool directory = false) {
    request<unlink_operation> asked;
    asked.path = std::move(path);
    asked.directory = directory;
    files.perform(asked);
    return asked.result;
  }
  int make_directory(std::string path) {
    request<make_directory_operation> asked;
    asked.path = std::move(path);
    files.perform(asked);
    return asked.result;
  }
  file_status status(std::string path, int expected = 0) {
    request<stat_operation> asked;
    asked.path = std::move(path);
    files.perform(asked);
    EXPECT_EQ(asked.result, expected);
    return asked.status;
  }
  /// Writes a file that is on the disk, its name included.
  void settle(std::string path, std::string_view text) { files.put(path, text); }

  event_queue events{time_point{}};
  disk files;

 private:
  template <class Operation>
  int of_file(int file) {
    request<Operation> asked;
    asked.file = file_id{file};
    files.perform(asked);
    return asked.result;
  }
};

}  // namespace

TEST(disk, files_are_written_read_and_found_again) {
  used_disk d;
  const int file = d.open("/tmp/a", {.read = true, .write = true, .create = true});
  ASSERT_GE(file, 3);
  EXPECT_EQ(d.write(file, "hello"), 5);
  EXPECT_EQ(d.write(file, " world"), 6);
  EXPECT_EQ(d.write(file, "J", 0), 1);
  EXPECT_EQ(d.read(file, 100, 0), "Jello world");
  EXPECT_EQ(d.read(file, 100), "") << "its position is at the end";
  EXPECT_EQ(d.write(file, "!", 13), 1);
  EXPECT_EQ(d.read(file, 100, 10), std::string("d\0\0!", 4));
  EXPECT_EQ(d.status("/tmp/a").size_bytes, 14U);
  EXPECT_EQ(d.close(file), 0);
  EXPECT_EQ(d.close(file), -EBADF);
  const int more = d.open("tmp/../tmp/./a", {.write = true, .append = true});
  EXPECT_EQ(d.write(more, "?", 0), 1);
  EXPECT_EQ(d.files.text_of("/tmp/a")->back(), '?');
  EXPECT_EQ(d.open("/tmp/a", {.write = true, .truncate = true}), 4);
  EXPECT_EQ(d.files.text_of("/tmp/a"), "");
}

TEST(disk, errors_are_those_of_linux) {
  used_disk d;
  d.settle("/tmp/a", "x");
  EXPECT_EQ(d.open("/none", {.read = true}), -ENOENT);
  EXPECT_EQ(d.create("/none/a"), -ENOENT);
  EXPECT_EQ(d.create("/tmp/a/b"), -ENOTDIR);
  EXPECT_EQ(d.create(""), -ENOENT);
  EXPECT_EQ(d.open("/tmp/a", {.write = true, .create = true, .exclusive = true}), -EEXIST);
  EXPECT_EQ(d.open("/tmp", {.write = true}), -EISDIR);
  EXPECT_EQ(d.open("/tmp/a", {.read = true, .directory = true}), -ENOTDIR);
  EXPECT_EQ(d.make_directory("/tmp"), -EEXIST);
  EXPECT_EQ(d.remove("/tmp"), -EISDIR);
  EXPECT_EQ(d.remove("/tmp", true), -ENOTEMPTY);
  EXPECT_EQ(d.remove("/tmp/a", true), -ENOTDIR);
  EXPECT_EQ(d.remove("/tmp/b"), -ENOENT);
  EXPECT_EQ(d.rename("/tmp", "/tmp/b"), -EINVAL);
  EXPECT_EQ(d.rename("/tmp/a", "/tmp"), -EISDIR);
  EXPECT_EQ(d.rename("/tmp", "/tmp/a"), -ENOTDIR);
  EXPECT_EQ(d.rename("/tmp/b", "/tmp/c"), -ENOENT);
  d.status("/tmp/b", -ENOENT);
  const int only_read = d.open("/tmp/a", {.read = true});
  EXPECT_EQ(d.write(only_read, "x"), -EBADF);
}

TEST(disk, a_file_that_is_open_outlives_its_name) {
  used_disk d;
  d.settle("/tmp/a", "old");
  d.settle("/tmp/b", "new");
  const int file = d.open("/tmp/a", {.read = true});
  EXPECT_EQ(d.rename("/tmp/b", "/tmp/a"), 0);
  EXPECT_EQ(d.read(file, 10), "old");
  EXPECT_EQ(d.files.text_of("/tmp/a"), "new");
  EXPECT_EQ(d.files.text_of("/tmp/b"), std::nullopt);
  EXPECT_EQ(d.files.used_bytes(), 3U);
}

TEST(disk, what_was_synced_survives_a_power_cut) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    used_disk d(seed);
    const int file = d.create("/tmp/a");
    d.write(file, "kept");
    EXPECT_EQ(d.sync(file), 0);
    EXPECT_EQ(d.sync_directory("/tmp"), 0);
    d.files.lose_power();
    EXPECT_EQ(d.files.text_of("/tmp/a"), "kept");
    EXPECT_EQ(d.files.open_files(), 0U);
  }
}

TEST(disk, what_was_not_synced_is_there_lost_or_torn_after_a_power_cut) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    used_disk d(seed);
    d.settle("/tmp/a", "");
    const int file = d.open("/tmp/a", {.write = true});
    d.write(file, std::string(2000, 'x'));
    d.files.lose_power();
    const std::string left = *d.files.text_of("/tmp/a");
    EXPECT_EQ(left, std::string(left.size(), 'x'));
    sizes.insert(left.size());
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{0, 512, 1024, 1536, 2000}));
}

TEST(disk, writes_are_lost_apart_from_each_other) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    used_disk d(seed);
    d.settle("/tmp/a", "..");
    const int file = d.open("/tmp/a", {.write = true});
    d.write(file, "a", 0);
    d.write(file, "b", 1);
    d.files.lose_power();
    seen.insert(*d.files.text_of("/tmp/a"));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"..", "a.", ".b", "ab"}));
}

TEST(disk, names_reach_the_disk_in_their_order) {
  std::set<int> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    used_disk d(seed);
    for (const char* path : {"/tmp/0", "/tmp/1", "/tmp/2"}) d.sync(d.create(path));
    d.files.lose_power();
    int there = 0;
    while (there < 3 && d.files.text_of("/tmp/" + std::to_string(there))) ++there;
    for (int i = there; i < 3; ++i) EXPECT_FALSE(d.files.text_of("/tmp/" + std::to_string(i)));
    seen.insert(there);
  }
  EXPECT_EQ(seen, (std::set<int>{0, 1, 2, 3}));
}

TEST(disk, a_file_replaced_by_rename_is_the_old_or_the_new_one) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    used_disk d(seed);
    d.settle("/tmp/a", "old");
    const int file = d.create("/tmp/new");
    d.write(file, "new");
    d.sync(file);
    d.rename("/tmp/new", "/tmp/a");
    d.files.lose_power();
    ASSERT_TRUE(d.files.text_of("/tmp/a").has_value());
    seen.insert(*d.files.text_of("/tmp/a"));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"old", "new"}));
}

TEST(disk, a_full_disk_takes_what_fits_and_then_nothing) {
  used_disk d;
  d.files.set_options({.capacity_bytes = 10});
  const int file = d.create("/tmp/a");
  EXPECT_EQ(d.write(file, "1234567"), 7);
  EXPECT_EQ(d.write(file, "1234567"), 3);
  EXPECT_EQ(d.write(file, "1"), -ENOSPC);
  EXPECT_EQ(d.write(file, "over", 0), 4) << "where something is already";
  EXPECT_EQ(d.remove("/tmp/a"), 0);
  EXPECT_EQ(d.write(d.create("/tmp/b"), "1234567"), 7);
}

TEST(disk, a_bad_disk_fails_now_and_then) {
  used_disk d;
  d.files.set_options({.failure = 0.5});
  const int file = d.create("/tmp/a");
  int failed = 0;
  for (int i = 0; i < 1000; ++i) failed += d.write(file, "x") == -EIO;
  EXPECT_NEAR(failed, 500, 60);
  EXPECT_EQ(d.files.text_of("/tmp/a")->size(), static_cast<std::size_t>(1000 - failed));
}

TEST(disk, tells_where_a_path_leads_and_what_a_directory_holds) {
  used_disk d;
  d.settle("/data/a", "x");
  EXPECT_EQ(d.make_directory("/data/more"), 0);
  EXPECT_EQ(d.files.canonical("data//./more/../a"), "/data/a");
  EXPECT_EQ(d.files.canonical("/data/more/"), "/data/more");
  EXPECT_EQ(d.files.canonical("/.."), "/");
  EXPECT_EQ(d.files.canonical("/data/b").error(), std::errc::no_such_file_or_directory);
  EXPECT_EQ(d.files.canonical("/data/a/b").error(), std::errc::not_a_directory);
  const auto held = d.files.entries("/data");
  ASSERT_EQ(held->size(), 2U);
  EXPECT_EQ(held->at(0).name, "a");
  EXPECT_EQ(held->at(0).type, file_status::kind::regular);
  EXPECT_EQ(held->at(1).name, "more");
  EXPECT_EQ(held->at(1).type, file_status::kind::directory);
  EXPECT_EQ(d.files.entries("/data/a").error(), std::errc::not_a_directory);
  EXPECT_EQ(d.files.entries("/none").error(), std::errc::no_such_file_or_directory);
}

TEST(disk, while_its_host_goes_down_nothing_reaches_it) {
  used_disk d;
  d.settle("/tmp/a", "old");
  const int file = d.open("/tmp/a", {.read = true, .write = true});
  d.files.cut_off();
  EXPECT_EQ(d.write(file, "new"), -EBADF);
  EXPECT_EQ(d.remove("/tmp/a"), -EIO);
  EXPECT_EQ(d.create("/tmp/b"), -EIO);
  d.files.lose_power();
  EXPECT_EQ(d.files.text_of("/tmp/a"), "old");
  EXPECT_EQ(d.files.text_of("/tmp/b"), std::nullopt);
}

}  // namespace pirn::sim
