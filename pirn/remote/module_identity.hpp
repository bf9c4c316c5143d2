// module_identity: what tells one build of a program or library from another.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pirn::remote::detail {

using code_span = std::span<const std::byte>;

/// The linker's build id, in hexadecimal digits, among the notes of an ELF segment.
std::optional<std::string> build_id_in(std::span<const std::byte> notes);

/// What stands in for a build id where the linker wrote none (`--build-id=none`): a hash of the
/// machine code. Equal code has its functions at equal offsets, which is all that is asked.
/// Cost: reads all of the code.
std::string identity_of_code(std::span<const code_span> segments);

}  // namespace pirn::remote::detail
