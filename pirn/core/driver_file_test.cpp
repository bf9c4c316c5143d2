// The contract of files, for every driver, and for the ways in which a driver may have them done.
#include <array>
#include <cerrno>

#include "pirn/core/driver_contract_test.hpp"

namespace pirn::contract {

INSTANTIATE_TEST_SUITE_P(all, driver_file_contract, ::testing::ValuesIn(file_drivers()), name_of);

TEST_P(driver_file_contract, what_is_written_is_read_back) {
  file_id file = open(path("a"), {.read = true, .write = true, .create = true});
  EXPECT_EQ(write_at(file, "hello world", 0), 11);
  EXPECT_EQ(read_at(file, 5, 6), "world");
  EXPECT_EQ(read_at(file, 100, 0), "hello world");
  EXPECT_EQ(read_at(file, 100, 11), "");
  EXPECT_EQ(read_at(file, 100, 1000), "");
  EXPECT_EQ(write_at(file, "W", 6), 1);
  EXPECT_EQ(read_at(file, 100, 0), "hello World");
  EXPECT_EQ(close(file), 0);
}

TEST_P(driver_file_contract, a_file_has_a_position_of_its_own) {
  file_id file = open(path("a"), {.read = true, .write = true, .create = true});
  EXPECT_EQ(write_at(file, "abc", -1), 3);
  EXPECT_EQ(write_at(file, "def", -1), 3);
  EXPECT_EQ(read_at(file, 10, -1), "");
  EXPECT_EQ(close(file), 0);
  file = open(path("a"), {.read = true});
  EXPECT_EQ(read_at(file, 4, -1), "abcd");
  EXPECT_EQ(read_at(file, 1, 0), "a");
  EXPECT_EQ(read_at(file, 10, -1), "ef");
  EXPECT_EQ(close(file), 0);
}

TEST_P(driver_file_contract, exclusive_creation_fails_where_a_file_is) {
  open_mode exclusive{.write = true, .create = true, .exclusive = true};
  EXPECT_EQ(close(open(path("a"), exclusive)), 0);
  EXPECT_EQ(open_result(path("a"), exclusive), -EEXIST);
}

TEST_P(driver_file_contract, truncating_empties_and_appending_does_not) {
  write_file(path("a"), "first");
  file_id file = open(path("a"), {.write = true, .append = true});
  EXPECT_EQ(write_at(file, " second", -1), 7);
  EXPECT_EQ(close(file), 0);
  EXPECT_EQ(read_file(path("a")), "first second");
  EXPECT_EQ(close(open(path("a"), {.write = true, .truncate = true})), 0);
  EXPECT_EQ(read_file(path("a")), "");
}

TEST_P(driver_file_contract, opening_what_is_not_there_fails) {
  EXPECT_EQ(open_result(path("missing"), {.read = true}), -ENOENT);
  EXPECT_EQ(open_result(path("missing/a"), {.write = true, .create = true}), -ENOENT);
  write_file(path("a"), "");
  EXPECT_EQ(open_result(path("a/b"), {.read = true}), -ENOTDIR);
  EXPECT_EQ(open_result(path("a"), {.read = true, .directory = true}), -ENOTDIR);
}

TEST_P(driver_file_contract, a_directory_opens_for_reading_only) {
  EXPECT_EQ(open_result(directory_, {.read = true, .directory = true}), 0);
  EXPECT_EQ(open_result(directory_, {.write = true}), -EISDIR);
}

TEST_P(driver_file_contract, a_mode_is_kept) {
  write_file(path("a"), "text");
  file_id file = open(path("a"), {.read = true});
  EXPECT_EQ(write_at(file, "x", 0), -EBADF);
  EXPECT_EQ(close(file), 0);
}

TEST_P(driver_file_contract, a_closed_file_is_no_file) {
  write_file(path("a"), "text");
  EXPECT_EQ(close(file_id::none), -EBADF);
  EXPECT_EQ(write_at(file_id::none, "x", 0), -EBADF);
  request<fsync_operation> syncing;
  EXPECT_EQ(carry_out(syncing), -EBADF);
}

TEST_P(driver_file_contract, a_path_with_a_nul_is_refused) {
  write_file(path("a"), "text");
  std::string trap = path("a") + std::string("\0b", 2);
  EXPECT_EQ(open_result(trap, {.read = true}), -EINVAL);
  EXPECT_EQ(unlink(trap), -EINVAL);
  EXPECT_EQ(make_directory(trap), -EINVAL);
  EXPECT_EQ(status_result(trap), -EINVAL);
  request<rename_operation> renaming;
  renaming.from = path("a");
  renaming.to = trap;
  EXPECT_EQ(carry_out(renaming), -EINVAL);
  EXPECT_EQ(read_file(path("a")), "text");
}

TEST_P(driver_file_contract, syncing_succeeds) {
  file_id file = open(path("a"), {.write = true, .create = true});
  EXPECT_EQ(write_at(file, "text", 0), 4);
  for (bool data_only : {false, true}) {
    request<fsync_operation> syncing;
    syncing.file = file;
    syncing.data_only = data_only;
    EXPECT_EQ(carry_out(syncing), 0);
  }
  EXPECT_EQ(close(file), 0);
}

TEST_P(driver_file_contract, a_status_tells_kind_and_size) {
  write_file(path("a"), "12345");
  file_status by_path = status_of(path("a"));
  EXPECT_EQ(by_path.type, file_status::kind::regular);
  EXPECT_EQ(by_path.size_bytes, 5U);
  EXPECT_EQ(by_path.permissions & 0600U, 0600U);
  EXPECT_EQ(status_of(directory_).type, file_status::kind::directory);
  EXPECT_EQ(status_result(path("missing")), -ENOENT);

  file_id file = open(path("a"), {.read = true});
  request<stat_operation> asking;
  asking.file = file;
  EXPECT_EQ(carry_out(asking), 0);
  EXPECT_EQ(asking.status.size_bytes, 5U);
  EXPECT_EQ(asking.status.inode, by_path.inode);
  EXPECT_EQ(asking.status.device, by_path.device);
  EXPECT_EQ(asking.status.modified_ns, by_path.modified_ns);
  EXPECT_EQ(close(file), 0);
}

TEST_P(driver_file_contract, renaming_replaces) {
  write_file(path("new"), "new");
  write_file(path("old"), "old");
  request<rename_operation> renaming;
  renaming.from = path("new");
  renaming.to = path("old");
  EXPECT_EQ(carry_out(renaming), 0);
  EXPECT_EQ(read_file(path("old")), "new");
  EXPECT_EQ(status_result(path("new")), -ENOENT);
  EXPECT_EQ(carry_out(renaming), -ENOENT);
}

TEST_P(driver_file_contract, an_unlinked_file_is_gone_but_for_who_has_it_open) {
  write_file(path("a"), "text");
  file_id file = open(path("a"), {.read = true});
  EXPECT_EQ(unlink(path("a")), 0);
  EXPECT_EQ(unlink(path("a")), -ENOENT);
  EXPECT_EQ(status_result(path("a")), -ENOENT);
  EXPECT_EQ(read_at(file, 10, 0), "text");
  EXPECT_EQ(close(file), 0);
}

TEST_P(driver_file_contract, a_directory_is_made_once_and_removed_when_empty) {
  EXPECT_EQ(make_directory(path("d")), 0);
  EXPECT_EQ(make_directory(path("d")), -EEXIST);
  EXPECT_EQ(make_directory(path("no/d")), -ENOENT);
  write_file(path("d/a"), "text");
  request<unlink_operation> removing;
  removing.path = path("d");
  removing.directory = true;
  EXPECT_EQ(carry_out(removing), -ENOTEMPTY);
  EXPECT_EQ(unlink(path("d/a")), 0);
  EXPECT_EQ(unlink(path("d")), -EISDIR);
  EXPECT_EQ(carry_out(removing), 0);
  EXPECT_EQ(status_result(path("d")), -ENOENT);
}

TEST_P(driver_file_contract, many_requests_are_under_way_at_once) {
  constexpr std::size_t count = 50;
  file_id file = open(path("a"), {.read = true, .write = true, .create = true});
  std::string text = pattern(count * 100);
  for (int round = 0; round < 2; ++round) {
    std::array<request<write_operation>, count> writing;
    for (std::size_t i = 0; i < count; ++i) {
      writing[i].file = file;
      writing[i].offset = static_cast<std::int64_t>(i * 100);
      writing[i].from = std::as_bytes(std::span(text).subspan(i * 100, 100));
      start(writing[i]);
    }
    for (auto& each : writing) EXPECT_EQ(finish(each), 100);
  }
  EXPECT_TRUE(read_at(file, text.size(), 0) == text);
  EXPECT_EQ(close(file), 0);
}

TEST_P(driver_file_contract, a_file_request_that_is_cancelled_ends_once) {
  write_file(path("a"), "text");
  file_id file = open(path("a"), {.read = true});
  std::array<std::byte, 4> memory{};
  request<read_operation> reading;
  reading.file = file;
  reading.offset = 0;
  reading.into = memory;
  start(reading);
  if (!reading.ended() && !cancel(reading) && reading.result != -ECANCELED) {
    EXPECT_EQ(reading.result, 4);
    EXPECT_EQ(text_of(memory), "text");
  }
  EXPECT_EQ(close(file), 0);
}

}  // namespace pirn::contract
