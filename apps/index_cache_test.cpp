#include "index_cache.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <gtest/gtest.h>

#include "name_index_test.hpp"
#include "pirn/testing/temporary_directory.hpp"

namespace pirn::apps {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(text).str();
}

class index_cache : public ::testing::Test {
 protected:
  index_cache() { write(source(), some_unicode_data); }

  fs::path source() const { return folder_ / "UnicodeData.txt"; }
  fs::path cache() const { return folder_ / "deep/cache"; }

  /// Loads it; returns how many characters have the word ROOK.
  std::size_t load() {
    complaint_.clear();
    const name_index index =
        load_name_index(source(), cache(), [&](std::string_view problem) { complaint_ = problem; });
    return index.find("ROOK").size();
  }

  std::vector<fs::path> kept() const {
    std::vector<fs::path> files;
    for (const auto& each : fs::directory_iterator(cache())) files.push_back(each.path());
    return files;
  }

  testing::temporary_directory folder_;
  std::string complaint_;
};

TEST_F(index_cache, an_index_is_kept_and_taken_again) {
  EXPECT_EQ(load(), 3U);
  ASSERT_EQ(kept().size(), 1U);
  const std::string image = read(kept()[0]);
  const auto changed = fs::last_write_time(source());
  // The same size and date: what is kept is taken for this source.
  std::string other(some_unicode_data);
  other.replace(other.find("BLACK CHESS ROOK"), 16, "BLACK CHESS RAKE");
  write(source(), other);
  fs::last_write_time(source(), changed);
  EXPECT_EQ(load(), 3U);
  EXPECT_EQ(read(kept()[0]), image);
}

TEST_F(index_cache, a_source_that_has_changed_is_read_anew) {
  EXPECT_EQ(load(), 3U);
  write(source(), std::string(some_unicode_data) + "10FFFE;ROOK;So;0;ON;;;;;N;;;;;\n");
  EXPECT_EQ(load(), 4U);
  EXPECT_EQ(kept().size(), 1U);
  EXPECT_EQ(load(), 4U);
}

TEST_F(index_cache, sources_have_an_index_each) {
  load();
  load_name_index((folder_ / "." / "UnicodeData.txt").string(), cache(), {});
  EXPECT_EQ(kept().size(), 1U);
  write(folder_ / "other", some_unicode_data);
  load_name_index(folder_ / "other", cache(), {});
  EXPECT_EQ(kept().size(), 2U);
}

TEST_F(index_cache, a_damaged_index_is_made_anew) {
  load();
  const fs::path path = kept()[0];
  const std::string image = read(path);
  for (const std::string& damaged : {std::string(), image.substr(0, 1000), "x" + image.substr(1),
                                     std::string(image).replace(3000, 1, "!?"), image + "x"}) {
    write(path, damaged);
    EXPECT_EQ(load(), 3U);
    EXPECT_EQ(complaint_, "");
    EXPECT_EQ(read(path), image);
  }
}

TEST_F(index_cache, a_cache_that_cannot_be_read_is_told_of) {
  load();
  const fs::path path = kept()[0];
  fs::remove(path);
  fs::create_directory(path);
  EXPECT_EQ(load(), 3U);
  EXPECT_EQ(complaint_, "read " + path.string() + ": Is a directory");
}

TEST_F(index_cache, a_cache_that_cannot_be_written_is_no_failure) {
  fs::create_directory(cache().parent_path());
  fs::create_symlink("/nowhere/at/all", cache());
  EXPECT_EQ(load(), 3U);
  EXPECT_EQ(complaint_, "");
}

TEST_F(index_cache, without_a_cache_nothing_is_kept) {
  EXPECT_EQ(load_name_index(source(), "", {}).find("ROOK").size(), 3U);
  EXPECT_FALSE(fs::exists(cache()));
}

TEST_F(index_cache, what_is_wrong_with_the_source_is_thrown) {
  write(source(), "this is something else\n");
  EXPECT_THROW(load(), std::runtime_error);
  fs::remove(source());
  try {
    load();
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.what(), "open " + source().string() + ": No such file or directory");
  }
}

}  // namespace
}  // namespace pirn::apps
