// buffered_reader: lines, separators and counts out of a stream that is cut anywhere give what they
// give on a whole text, with the limit at the same byte.
#include "pirn/io/buffered_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pirn/base/assert.hpp"
#include "pirn/io/heap_lease.hpp"
#include "pirn/testing/run_virtual.hpp"

namespace {

using namespace pirn;

/// Bytes that say what to do, taken from the front of the input.
class script {
 public:
  explicit script(std::string_view bytes) noexcept : rest_(bytes) {}
  unsigned next() noexcept {
    if (rest_.empty()) return 0;
    const auto first = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  std::string_view take(std::size_t count) noexcept {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

/// A text in pieces, whose sizes follow from a number.
struct pieces {
  task<lease> read() {
    state = state * 1664525U + 1013904223U;
    const std::size_t count = std::min<std::size_t>(text.size(), 1 + (state >> 24U) % 9);
    const std::string_view piece = text.substr(0, count);
    text.remove_prefix(count);
    if (piece.empty()) co_return lease();
    io::heap_buffer memory(piece.size());
    std::ranges::copy(std::as_bytes(std::span(piece)), memory.bytes().begin());
    co_return memory.lend(piece.size());
  }
  task<> write_all(std::span<const std::byte>) { co_return; }
  task<> write_all(std::span<const slice>) { co_return; }
  task<> shut_down_writing() { co_return; }
  void close() noexcept {}
  std::string name() const { return "pieces"; }

  std::string_view text;
  std::uint32_t state;
};

/// How a read went: its bytes, or why there are none.
struct outcome {
  enum class kind { bytes, limit, incomplete } how = kind::bytes;
  std::string bytes;
  bool operator==(const outcome&) const = default;
};

/// What the text itself says, without a buffer.
class reference {
 public:
  reference(std::string_view text, std::size_t limit_bytes) noexcept
      : rest_(text), limit_bytes_(limit_bytes) {}

  outcome until(std::string_view separator, bool end_is_a_separator) {
    const std::size_t at = rest_.find(separator);
    const std::size_t before = at == std::string_view::npos ? rest_.size() : at;
    // Without a separator the last bytes may be the beginning of one.
    const std::size_t sure =
        at == std::string_view::npos ? before - std::min(before, separator.size() - 1) : before;
    if (sure > limit_bytes_) return {outcome::kind::limit, ""};
    if (at != std::string_view::npos) return take(at + separator.size());
    outcome rest = take(rest_.size());
    if (!end_is_a_separator) rest.how = outcome::kind::incomplete;
    return rest;
  }
  outcome exactly(std::size_t count) {
    const bool is_there = rest_.size() >= count;
    outcome some = take(count);
    if (!is_there) some.how = outcome::kind::incomplete;
    return some;
  }
  /// Whether a reader may have given these bytes, at most `count_max`; takes them.
  bool some(std::string_view bytes, std::size_t count_max) {
    const bool is_right = bytes.size() <= count_max && rest_.starts_with(bytes) &&
                          (!bytes.empty() || rest_.empty() || count_max == 0);
    rest_.remove_prefix(std::min(rest_.size(), bytes.size()));
    return is_right;
  }

 private:
  outcome take(std::size_t count) {
    outcome taken{outcome::kind::bytes, std::string(rest_.substr(0, count))};
    rest_.remove_prefix(taken.bytes.size());
    return taken;
  }

  std::string_view rest_;
  std::size_t limit_bytes_;
};

task<outcome> outcome_of(task<std::string_view> reading) {
  outcome seen;
  try {
    const std::string_view bytes = co_await std::move(reading);
    seen.bytes = bytes;
  } catch (const io::limit_exceeded&) {
    seen.how = outcome::kind::limit;
  } catch (const io::incomplete_read& error) {
    seen.how = outcome::kind::incomplete;
    seen.bytes = error.partial();
  }
  co_return seen;
}

task<> compare(script says) {
  const std::size_t limit_bytes = says.next() % 32;
  const std::uint32_t cuts = says.next();
  const std::string_view separator = says.take(1 + says.next() % 4);
  const std::string_view steps = says.take(says.next() % 16);
  pieces stream{says.rest(), cuts};
  io::buffered_reader reader(stream, limit_bytes);
  reference expected(says.rest(), limit_bytes);
  if (separator.empty()) co_return;
  for (const char step : steps) {
    const unsigned number = static_cast<unsigned char>(step) / 4U % 32U;
    std::optional<outcome> wanted;
    outcome seen;
    switch (static_cast<unsigned char>(step) % 4U) {
      case 0:
        wanted = expected.until("\n", true);
        seen = co_await outcome_of(reader.read_line());
        break;
      case 1:
        wanted = expected.until(separator, false);
        seen = co_await outcome_of(reader.read_until(separator));
        break;
      case 2:
        wanted = expected.exactly(number);
        seen = co_await outcome_of(reader.read_exactly(number));
        break;
      default:
        seen = co_await outcome_of(reader.read(number));
        PIRN_ASSERT(expected.some(seen.bytes, number), "a read gives the next bytes");
    }
    PIRN_ASSERT(!wanted || *wanted == seen, "how a text is cut changes no read");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  pirn::testing::run_virtual([&] { return compare(script(input)); });
  return 0;
}
