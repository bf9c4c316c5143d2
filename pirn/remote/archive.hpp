// archive: values as bytes, by cereal, in a form for another process of the same program.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <cereal/cereal.hpp>

namespace pirn::remote {

using bytes = std::vector<std::byte>;

/// A message that cannot be understood: cut short, damaged, or from another program.
class message_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Takes large blocks of bytes out of a message, to bring them over by a shorter way.
class block_sink {
 public:
  /// Blocks from this size on are given to put() instead of the message.
  virtual std::size_t size_min_bytes() const noexcept = 0;
  virtual void put(std::span<const std::byte> block) = 0;
  /// Forgets the blocks of the message, which is begun anew.
  virtual void clear() noexcept = 0;

 protected:
  ~block_sink() = default;
};

/// Gives back, in their order, the blocks that a block_sink took.
class block_source {
 public:
  virtual std::size_t size_min_bytes() const noexcept = 0;
  /// The size of the block that is next, 0 after the last.
  virtual std::size_t next_size_bytes() const noexcept = 0;
  /// Fills `block`.
  /// Throws: message_error when the next block is of another size.
  virtual void take(std::span<std::byte> block) = 0;

 protected:
  ~block_source() = default;
};

/// Writes values at the end of a buffer.
class archive_out final
    : public cereal::OutputArchive<archive_out, cereal::AllowEmptyClassElision> {
 public:
  explicit archive_out(bytes& buffer, block_sink* blocks = nullptr)
      : OutputArchive(this), buffer_(buffer), blocks_(blocks) {}

  void write(const void* data, std::size_t size_bytes) {
    const auto* first = static_cast<const std::byte*>(data);
    buffer_.insert(buffer_.end(), first, first + size_bytes);
  }
  void write_block(const void* data, std::size_t size_bytes);

  bytes& buffer() noexcept { return buffer_; }
  block_sink* blocks() const noexcept { return blocks_; }

 private:
  bytes& buffer_;
  block_sink* blocks_;
};

/// Reads values from a buffer, with its end in view.
///
/// Throws: message_error where the bytes are none that archive_out wrote for the same types.
class archive_in final : public cereal::InputArchive<archive_in, cereal::AllowEmptyClassElision> {
 public:
  explicit archive_in(std::span<const std::byte> buffer, block_source* blocks = nullptr)
      : InputArchive(this), rest_(buffer), blocks_(blocks) {}

  void read(void* data, std::size_t size_bytes) {
    if (size_bytes > rest_.size()) [[unlikely]]
      throw_short();
    if (size_bytes != 0) std::memcpy(data, rest_.data(), size_bytes);
    rest_ = rest_.subspan(size_bytes);
  }
  void read_block(void* data, std::size_t size_bytes);

  /// Refuses a container's size that the bytes cannot hold, before memory is taken for it.
  void check_size(std::size_t elements) const;
  /// Refuses bytes that are left.
  void expect_end() const;

  std::span<const std::byte> rest() const noexcept { return rest_; }
  void skip(std::size_t size_bytes) { rest_ = rest_.subspan(size_bytes); }
  block_source* blocks() const noexcept { return blocks_; }

 private:
  [[noreturn, gnu::cold]] static void throw_short();

  std::span<const std::byte> rest_;
  block_source* blocks_;
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
  archive.write_block(block.data, static_cast<std::size_t>(block.size));
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(archive_in& archive, cereal::BinaryData<T>& block) {
  archive.read_block(block.data, static_cast<std::size_t>(block.size));
}

/// Whether a value can be brought to another process: arithmetic types, enums, what
/// `pirn/remote/types.hpp` and cereal's other type headers know, and classes with cereal's
/// `serialize` (or `save` and `load`).
template <class T>
concept travels =
    std::is_void_v<T> ||
    (std::is_object_v<T> && !std::is_pointer_v<T> && std::default_initializable<T> &&
     std::move_constructible<T> &&
     (std::is_empty_v<T> || (cereal::traits::is_output_serializable<T, archive_out>::value &&
                             cereal::traits::is_input_serializable<T, archive_in>::value)));

}  // namespace pirn::remote

CEREAL_REGISTER_ARCHIVE(pirn::remote::archive_out)
CEREAL_REGISTER_ARCHIVE(pirn::remote::archive_in)
CEREAL_SETUP_ARCHIVE_TRAITS(pirn::remote::archive_in, pirn::remote::archive_out)
