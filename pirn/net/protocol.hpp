// protocol: what a connection calls when something has happened to it.
#pragma once

#include <cstddef>
#include <exception>
#include <span>

namespace pirn::net {

class transport;

/// What the two kinds of protocols have in common: derive from `protocol` or `buffered_protocol`.
/// One object serves one connection, which makes its calls in this order:
///
///     connection_made  { data_received | buffer_updated }  [eof_received]  connection_lost
///
/// `pause_writing` and `resume_writing` come in turns, in between. Each call is made on a turn of
/// the loop of its own task, never from inside write(), close() or another call.
///
/// What a call throws breaks its connection off: `connection_lost` is told of it, and it is the
/// failure of the group or server that runs the connection.
/// Source: asyncio.BaseProtocol.
class base_protocol {
 public:
  base_protocol() = default;
  base_protocol(base_protocol&&) = delete;  // its connection points at it
  virtual ~base_protocol() = default;

  /// The connection is there, and lives until connection_lost() has returned.
  virtual void connection_made(transport& /*connected*/) {}

  /// The peer will send nothing more.
  /// Returns: whether the connection stays open for writing; else it is closed, once all that was
  ///          written has been sent.
  virtual bool eof_received() { return false; }

  /// More waits to be sent than the limit; write no more until resume_writing(), or memory is all
  /// that bounds it.
  virtual void pause_writing() {}
  virtual void resume_writing() {}

  /// The connection is over; always the last call.
  ///
  /// `error`: null when it was closed in order or aborted by abort(); else what broke it off: a
  /// std::system_error of the network's, what a call threw, or `cancelled`.
  virtual void connection_lost(std::exception_ptr /*error*/) {}

 private:
  friend class transport;
  /// Takes some of the bytes that came, and says how many.
  virtual std::size_t take(std::span<const std::byte> bytes) = 0;
};

/// Is given what arrives as runs of bytes, however the network cut them.
/// Source: asyncio.Protocol.
class protocol : public base_protocol {
 public:
  /// Lifetime: the bytes are good for the call.
  virtual void data_received(std::span<const std::byte> /*bytes*/) {}

 private:
  std::size_t take(std::span<const std::byte> bytes) final {
    data_received(bytes);
    return bytes.size();
  }
};

/// Is given what arrives in memory of its own.
/// Source: asyncio.BufferedProtocol.
class buffered_protocol : public base_protocol {
 public:
  /// Room for what has arrived: `size_hint` bytes; with less, it is asked again for the rest. An
  /// empty one is an error.
  /// Lifetime: needed until buffer_updated(), which follows at once.
  virtual std::span<std::byte> get_buffer(std::size_t size_hint) = 0;
  /// The first `count` bytes of that room are there.
  virtual void buffer_updated(std::size_t count) = 0;

 private:
  std::size_t take(std::span<const std::byte> bytes) final;
};

}  // namespace pirn::net
