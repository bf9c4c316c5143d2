// archive: values there and back, descriptors beside them.
#include "pirn/remote/archive.hpp"

#include <cstdint>

#include <gtest/gtest.h>
#include <unistd.h>

#include "pirn/remote/types.hpp"

namespace {

using namespace pirn;
using namespace pirn::remote;

/// A class whose value is a descriptor.
struct handle {
  unique_fd descriptor;
  void save(archive_out& archive) const {
    archive.beside()->attach(unique_fd(::dup(descriptor.get())));
  }
  void load(archive_in& archive) { descriptor = archive.beside()->take(); }
};

TEST(archive, values_come_back_in_order) {
  bytes buffer;
  archive_out out(buffer);
  out(std::uint8_t{7}, 1.5, std::string("seven"), std::vector<int>{1, 2, 3}, true);
  archive_in in(buffer);
  std::uint8_t small = 0;
  double number = 0;
  std::string text;
  std::vector<int> list;
  bool yes = false;
  in(small, number, text, list, yes);
  in.expect_end();
  EXPECT_EQ(small, 7);
  EXPECT_EQ(number, 1.5);
  EXPECT_EQ(text, "seven");
  EXPECT_EQ(list, (std::vector<int>{1, 2, 3}));
  EXPECT_TRUE(yes);
}

TEST(archive, descriptors_go_beside_the_bytes) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  handle reader{unique_fd(ends[0])};
  unique_fd writer(ends[1]);
  bytes buffer;
  attachments beside;
  archive_out out(buffer, &beside);
  out(reader);
  ASSERT_EQ(beside.descriptors().size(), 1U);

  archive_in in(buffer, &beside);
  handle came;
  in(came);
  ASSERT_EQ(::write(writer.get(), "x", 1), 1);
  char letter = 0;
  EXPECT_EQ(::read(came.descriptor.get(), &letter, 1), 1);
  EXPECT_EQ(letter, 'x');
  EXPECT_THROW(in(came), message_error);
}

TEST(archive, a_size_that_the_bytes_cannot_hold_takes_no_memory) {
  bytes buffer;
  archive_out out(buffer);
  out(cereal::make_size_tag(static_cast<cereal::size_type>(1) << 40));
  archive_in in(buffer);
  std::vector<std::string> list;
  EXPECT_THROW(in(list), message_error);
  EXPECT_TRUE(list.empty());
}

TEST(archive, a_bool_of_another_value_is_refused) {
  const bytes buffer{std::byte{2}};
  archive_in in(buffer);
  bool yes = false;
  EXPECT_THROW(in(yes), message_error);
}

}  // namespace
