// rank_link: messages between rank 0, which hands out work, and the ranks that do it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "pirn/platform/bell.hpp"

namespace pirn::detail {

/// What a rank sends to another one.
struct rank_message {
  enum class kind : std::uint8_t {
    work,  ///< a call, or what came of it
    busy,  ///< from a worker: its call takes long; the content is empty
    back,  ///< from a worker: the call behind that one, which it has not begun
    end,   ///< to a worker: leave; the content is the exit status
  };

  int rank = 0;  ///< to whom, or from whom
  kind what = kind::work;
  std::vector<std::byte> content;
};

/// The way between the ranks of one program. Messages from one rank arrive in the order in which
/// they were sent. Nothing here blocks; who has nothing to do sleeps beside bell(), which rings
/// when there may be news.
///
/// Threads: one at a time, but for bell().
class rank_link {
 public:
  rank_link() = default;
  rank_link(rank_link&&) = delete;  // patience and pools point at it
  virtual ~rank_link() = default;

  virtual int rank() const noexcept = 0;
  /// How many ranks work; they are numbered from 1.
  virtual int workers() const noexcept = 0;

  /// Begins to send. The content stays here until it is gone; still_sending() moves it on.
  /// Throws: std::length_error, with nothing sent, when it is longer than size_max_bytes().
  virtual void send(rank_message message) = 0;
  virtual bool still_sending() = 0;
  virtual std::optional<rank_message> try_receive() = 0;

  virtual std::size_t size_max_bytes() const noexcept = 0;

  /// Rings after news for this rank, and whenever the program wants it to look.
  virtual class bell& bell() noexcept = 0;
  /// Whether every rank can ring this one's bell. Where one cannot, on another host, only looking
  /// shows what it sent.
  virtual bool all_can_ring() const noexcept = 0;
};

}  // namespace pirn::detail
