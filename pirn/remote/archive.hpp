// archive: values as bytes, by cereal, in a form for another process of the same program.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <cereal/cereal.hpp>

#include "pirn/platform/fd.hpp"

namespace pirn::remote {

using bytes = std::vector<std::byte>;

/// A message that cannot be understood: cut short, damaged, or from another program.
class message_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What goes beside the bytes of a message between processes of one machine: open descriptors, in
/// their order.
class attachments {
 public:
  void attach(unique_fd descriptor) { descriptors_.push_back(std::move(descriptor)); }
  /// The next one.
  /// Throws: message_error when there is none left.
  unique_fd take();

  std::vector<unique_fd>& descriptors() noexcept { return descriptors_; }
  void clear() noexcept {
    descriptors_.clear();
    taken_ = 0;
  }

 private:
  std::vector<unique_fd> descriptors_;
  std::size_t taken_ = 0;
};

/// Writes values at the end of a buffer.
class archive_out final
    : public cereal::OutputArchive<archive_out, cereal::AllowEmptyClassElision> {
 public:
  explicit archive_out(bytes& buffer, attachments* beside = nullptr)
      : OutputArchive(this), buffer_(buffer), beside_(beside) {}

  void write(const void* data, std::size_t size_bytes) {
    const auto* first = static_cast<const std::byte*>(data);
    buffer_.insert(buffer_.end(), first, first + size_bytes);
  }

  /// Null where descriptors cannot go: to another machine.
  attachments* beside() const noexcept { return beside_; }

 private:
  bytes& buffer_;
  attachments* beside_;
};

/// Reads values from a buffer, with its end in view.
///
/// Throws: message_error where the bytes are none that archive_out wrote for the same types.
class archive_in final : public cereal::InputArchive<archive_in, cereal::AllowEmptyClassElision> {
 public:
  explicit archive_in(std::span<const std::byte> buffer, attachments* beside = nullptr)
      : InputArchive(this), rest_(buffer), beside_(beside) {}

  void read(void* data, std::size_t size_bytes) {
    if (size_bytes > rest_.size()) [[unlikely]]
      throw_short();
    if (size_bytes != 0) std::memcpy(data, rest_.data(), size_bytes);
    rest_ = rest_.subspan(size_bytes);
  }

  /// Refuses a container's size that the bytes cannot hold, before memory is taken for it.
  void check_size(std::size_t elements) const;
  /// Refuses bytes that are left.
  void expect_end() const;

  std::span<const std::byte> rest() const noexcept { return rest_; }
  void skip(std::size_t size_bytes) { rest_ = rest_.subspan(size_bytes); }
  attachments* beside() const noexcept { return beside_; }

 private:
  [[noreturn, gnu::cold]] static void throw_short();

  std::span<const std::byte> rest_;
  attachments* beside_;
};

// What cereal asks of an archive. A bool that is neither true nor false must not be made.

template <class T>
  requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(archive_out& archive, const T& value) {
  archive.write(&value, sizeof value);
}
template <class T>
  requires std::is_arithmetic_v<T>
void CEREAL_LOAD_FUNCTION_NAME(archive_in& archive, T& value) {
  if constexpr (std::same_as<T, bool>) {
    unsigned char stored = 0;
    archive.read(&stored, sizeof stored);
    if (stored > 1) throw message_error("damaged message: a bool that is neither true nor false");
    value = stored != 0;
  } else {
    archive.read(&value, sizeof value);
  }
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(archive_out& archive, const cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(archive_in& archive, cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(archive_out& archive, const cereal::SizeTag<T>& tag) {
  archive(tag.size);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(archive_in& archive, cereal::SizeTag<T>& tag) {
  archive(tag.size);
  archive.check_size(static_cast<std::size_t>(tag.size));
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(archive_out& archive, const cereal::BinaryData<T>& block) {
  archive.write(block.data, static_cast<std::size_t>(block.size));
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(archive_in& archive, cereal::BinaryData<T>& block) {
  archive.read(block.data, static_cast<std::size_t>(block.size));
}

namespace detail {
/// Whether what cereal takes for a container of values is one of values that travel: cereal itself
/// would say it late, and at length.
template <class T>
inline constexpr bool parts_travel = true;
}  // namespace detail

/// Whether a value can be brought to another process: arithmetic types, enums, what
/// `pirn/remote/types.hpp` and cereal's other type headers know, and classes with cereal's
/// `serialize` (or `save` and `load`).
template <class T>
concept travels =
    std::is_void_v<T> ||
    (std::is_object_v<T> && !std::is_pointer_v<T> && std::default_initializable<T> &&
     std::move_constructible<T> &&
     (std::is_empty_v<T> || (cereal::traits::is_output_serializable<T, archive_out>::value &&
                             cereal::traits::is_input_serializable<T, archive_in>::value)) &&
     detail::parts_travel<T>);

namespace detail {
template <class T, class Allocator>
inline constexpr bool parts_travel<std::vector<T, Allocator>> = travels<T>;
template <class... Parts>
inline constexpr bool parts_travel<std::tuple<Parts...>> = (travels<Parts> && ...);
}  // namespace detail

}  // namespace pirn::remote

CEREAL_REGISTER_ARCHIVE(pirn::remote::archive_out)
CEREAL_REGISTER_ARCHIVE(pirn::remote::archive_in)
CEREAL_SETUP_ARCHIVE_TRAITS(pirn::remote::archive_in, pirn::remote::archive_out)
