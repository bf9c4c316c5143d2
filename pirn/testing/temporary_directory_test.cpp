// temporary_directory: there while the object lives, and where $TMPDIR says.
#include "pirn/testing/temporary_directory.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;
using pirn::testing::temporary_directory;

/// The environment's TMPDIR, put back at the end.
class other_place {
 public:
  explicit other_place(const fs::path& place) {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", place.c_str(), 1);
  }
  other_place(other_place&&) = delete;  // puts it back once
  ~other_place() { before_ ? ::setenv("TMPDIR", before_->c_str(), 1) : ::unsetenv("TMPDIR"); }

 private:
  std::optional<std::string> before_;
};

TEST(temporary_directory, is_empty_at_first_and_this_users_alone) {
  const temporary_directory directory;
  EXPECT_TRUE(fs::is_directory(directory.path()));
  EXPECT_TRUE(fs::is_empty(directory.path()));
  EXPECT_EQ(fs::status(directory.path()).permissions(), fs::perms::owner_all);
}

TEST(temporary_directory, goes_away_with_all_that_is_in_it) {
  fs::path was;
  {
    const temporary_directory directory;
    was = directory.path();
    fs::create_directories(directory / "a/b");
    std::ofstream(directory / "a/b/file") << "text";
    fs::create_symlink("/", directory / "link");  // itself, not what it leads to
    EXPECT_TRUE(fs::exists(was / "a/b/file"));
  }
  EXPECT_FALSE(fs::exists(was));
  EXPECT_TRUE(fs::exists("/"));
}

TEST(temporary_directory, two_are_two) {
  const temporary_directory one;
  const temporary_directory other;
  EXPECT_NE(one.path(), other.path());
}

TEST(temporary_directory, lies_where_the_environment_says) {
  const temporary_directory place;
  const other_place there(place.path());
  const temporary_directory directory;
  EXPECT_EQ(directory.path().parent_path(), place.path());
}

TEST(temporary_directory, one_that_was_removed_already_is_no_failure) {
  const temporary_directory directory;
  fs::remove(directory.path());
}

TEST(temporary_directory, without_a_place_there_is_an_error) {
  const temporary_directory place;
  const other_place nowhere(place / "missing");
  EXPECT_THROW(temporary_directory(), std::system_error);
}

}  // namespace
