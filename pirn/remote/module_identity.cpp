#include "pirn/remote/module_identity.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include <elf.h>

#include "pirn/base/hash.hpp"

namespace pirn::remote::detail {

namespace {

std::string hexadecimal(std::span<const std::byte> bytes) {
  std::string digits;
  for (std::byte each : bytes) {
    constexpr std::string_view digit = "0123456789abcdef";
    digits += digit[std::to_integer<std::size_t>(each >> 4)];
    digits += digit[std::to_integer<std::size_t>(each & std::byte{15})];
  }
  return digits;
}

constexpr std::size_t padded(std::size_t size_bytes) {
  return (size_bytes + 3) & ~std::size_t{3};
}

}  // namespace

std::optional<std::string> build_id_in(std::span<const std::byte> notes) {
  constexpr std::array name{std::byte{'G'}, std::byte{'N'}, std::byte{'U'}, std::byte{0}};
  while (notes.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr header{};
    std::memcpy(&header, notes.data(), sizeof header);
    notes = notes.subspan(sizeof header);
    std::size_t name_size = padded(header.n_namesz);
    if (name_size > notes.size() || header.n_descsz > notes.size() - name_size) break;
    bool is_gnu =
        header.n_namesz == name.size() && std::memcmp(notes.data(), name.data(), name.size()) == 0;
    if (is_gnu && header.n_type == NT_GNU_BUILD_ID) {
      return hexadecimal(notes.subspan(name_size, header.n_descsz));
    }
    std::size_t whole = name_size + padded(header.n_descsz);
    if (whole > notes.size()) break;
    notes = notes.subspan(whole);
  }
  return std::nullopt;
}

std::string identity_of_code(std::span<const code_span> segments) {
  running_hash hash;
  for (code_span code : segments) {
    hash.add(code.size());
    for (; code.size() >= sizeof(std::uint64_t); code = code.subspan(sizeof(std::uint64_t))) {
      std::uint64_t word = 0;
      std::memcpy(&word, code.data(), sizeof word);
      hash.add(word);
    }
    for (std::byte each : code) hash.add(std::to_integer<std::uint64_t>(each));
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "code-%016llx",
                static_cast<unsigned long long>(hash.value()));
  return text.data();
}

}  // namespace pirn::remote::detail
