// standard_stream: the program's standard input and output.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pirn/process/descriptor_stream.hpp"

namespace pirn {

/// Standard input and output as one byte_stream. Reading and writing stop no loop, and nobody with
/// whom the program shares its terminal or pipe sees a difference.
///
/// Throws:   as descriptor_stream.
/// Lifetime: what others print meanwhile (std::printf) comes in between; what they have buffered
///           comes later.
class standard_stream {
 public:
  /// Throws: std::system_error when one of the two is closed.
  standard_stream();

  auto read() noexcept { return input_.read(); }
  auto write_all(std::span<const std::byte> bytes) noexcept { return output_.write_all(bytes); }
  auto write_all(std::span<const slice> parts) noexcept { return output_.write_all(parts); }
  auto write_all(std::string_view text) noexcept { return output_.write_all(text); }
  /// Closes standard output; in its place is the null device.
  task<> shut_down_writing();
  /// Closes what is this object's own; the program's standard input and output stay.
  void close() noexcept;
  std::string name() const { return "standard input and output"; }

 private:
  descriptor_stream input_;
  descriptor_stream output_;
};

}  // namespace pirn
