#include "pirn/process/shared_block.hpp"

#include <cstdint>
#include <system_error>

#include "pirn/platform/descriptor_calls.hpp"
#include "pirn/remote/types.hpp"

namespace pirn {

namespace {

enum class way : std::uint8_t { nothing, descriptor, bytes };

}  // namespace

void shared_block::save(remote::archive_out& archive) const {
  if (!memory_) {
    archive(way::nothing);
  } else if (archive.beside() != nullptr) {
    unique_fd copy = duplicate(memory_->descriptor());
    if (!copy) throw std::system_error(last_error(), "pass a shared block");
    archive.beside()->attach(std::move(copy));
    archive(way::descriptor);
  } else {
    archive(way::bytes, static_cast<std::uint64_t>(bytes().size()));
    archive.write(bytes().data(), bytes().size());
  }
}

void shared_block::load(remote::archive_in& archive) {
  way how{};
  archive(how);
  switch (how) {
    case way::nothing:
      memory_ = nullptr;
      return;
    case way::descriptor:
      if (archive.beside() == nullptr) break;
      memory_ = std::make_shared<shared_memory>(archive.beside()->take());
      return;
    case way::bytes: {
      std::uint64_t size_bytes = 0;
      archive(size_bytes);
      if (size_bytes > archive.rest().size()) break;
      memory_ = std::make_shared<shared_memory>(size_bytes);
      archive.read(bytes().data(), size_bytes);
      return;
    }
  }
  throw remote::message_error("damaged message: a shared block");
}

}  // namespace pirn
