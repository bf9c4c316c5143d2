// module_identity: build ids among notes, and what stands in for them.
#include "pirn/remote/module_identity.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include <elf.h>
#include <gtest/gtest.h>

namespace {

using namespace pirn::remote::detail;

/// A note of an ELF file.
std::string note(std::uint32_t type, std::string_view name, std::string_view content) {
  std::string text;
  for (auto word : {static_cast<std::uint32_t>(name.size()),
                    static_cast<std::uint32_t>(content.size()), type}) {
    text.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  for (std::string_view part : {name, content}) {
    text += part;
    text.resize((text.size() + 3) / 4 * 4);
  }
  return text;
}

std::optional<std::string> build_id(std::string_view notes) {
  return build_id_in(std::as_bytes(std::span(notes)));
}

constexpr std::string_view gnu("GNU", 4);

TEST(module_identity, the_build_id_is_found_among_other_notes) {
  std::string notes = note(NT_GNU_ABI_TAG, gnu, "sixteen letters.") +
                      note(NT_GNU_BUILD_ID, std::string_view("Go\0", 3), "not") +
                      note(NT_GNU_BUILD_ID, gnu, "\x01\xab\xff");
  EXPECT_EQ(build_id(notes), "01abff");
}

TEST(module_identity, there_may_be_none) {
  EXPECT_EQ(build_id(""), std::nullopt);
  EXPECT_EQ(build_id(note(NT_GNU_ABI_TAG, gnu, "sixteen letters.")), std::nullopt);
}

TEST(module_identity, notes_that_are_cut_short_are_not_read_beyond) {
  const std::string notes = note(NT_GNU_BUILD_ID, gnu, "twenty letters here.");
  for (std::size_t size = 0; size < notes.size(); ++size) {
    EXPECT_EQ(build_id(std::string(notes, 0, size)), std::nullopt);
  }
}

TEST(module_identity, code_is_told_from_other_code) {
  std::array<std::byte, 37> code{};
  const std::array segments{code_span(code)};
  std::string first = identity_of_code(segments);
  EXPECT_EQ(identity_of_code(segments), first);
  code.back() = std::byte{1};
  EXPECT_NE(identity_of_code(segments), first);
  EXPECT_TRUE(first.starts_with("code-"));
}

}  // namespace
