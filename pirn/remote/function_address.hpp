// function_address: a function by its place in the program, which another process can find.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "pirn/remote/archive.hpp"
#include "pirn/remote/types.hpp"

namespace pirn::remote {

/// Where a function is: how far into which module (the program, or a shared library), and which
/// build of that module. Module addresses differ from process to process; this does not.
///
/// The build is told by the linker's build id; in a module that has none, by a hash of its code.
class function_address {
 public:
  using untyped = void (*)();

  function_address() = default;
  function_address(std::string module, std::string build, std::uint64_t offset_bytes)
      : module_(std::move(module)), build_(std::move(build)), offset_bytes_(offset_bytes) {}

  /// Throws: std::invalid_argument when `function` is in no module, as code made at run time.
  template <class Result, class... Args>
  static function_address of(Result (*function)(Args...)) {
    return of_untyped(reinterpret_cast<untyped>(function));
  }
  static function_address of_untyped(untyped function);

  /// The function in this process.
  /// Throws: message_error when the module is not loaded here, or is of another build.
  template <class Function>
    requires std::is_function_v<Function>
  Function* resolve() const {
    return reinterpret_cast<Function*>(resolve_untyped());
  }
  untyped resolve_untyped() const;

  /// The module's file name; empty for the program itself.
  const std::string& module() const noexcept { return module_; }
  const std::string& build() const noexcept { return build_; }
  std::uint64_t offset_bytes() const noexcept { return offset_bytes_; }

  bool operator==(const function_address&) const = default;

  template <class Archive>
  void save(Archive& archive) const {
    archive(checksum(), offset_bytes_, build_, module_);
  }
  /// Throws: message_error when the bytes were damaged: what is called must not be a guess.
  template <class Archive>
  void load(Archive& archive) {
    std::uint64_t expected = 0;
    archive(expected, offset_bytes_, build_, module_);
    if (expected != checksum()) throw message_error("damaged message: a function's address");
  }

 private:
  std::uint64_t checksum() const noexcept;

  std::string module_;
  std::string build_;
  std::uint64_t offset_bytes_ = 0;
};

}  // namespace pirn::remote
