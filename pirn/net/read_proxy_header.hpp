// read_proxy_header: the PROXY protocol at the beginning of a connection.
#pragma once

#include <cstddef>

#include "pirn/core/task.hpp"
#include "pirn/net/proxy_header.hpp"
#include "pirn/net/tcp_stream.hpp"

namespace pirn::net {

/// Reads the header, of version 1 or 2, with which a proxy begins a connection, and not one byte of
/// what comes after it: the next read, or a TLS handshake, has that. Only what is known to come
/// from a proxy may be read so: anyone could write such a header. Give it a time limit.
///
/// `size_max_bytes`: of a whole header.
/// Throws: std::system_error of the stream; with EPROTO, saying what is wrong, when there is no
///         header or a bad one. Such a connection is only good for closing.
/// Cancel: the stream is only good for closing.
/// Cost:   of version 1, a system call for each byte after the twelfth, of which there are at most
///         95.
/// Source: https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt
task<proxy_header> read_proxy_header(tcp_stream& from, std::size_t size_max_bytes = 4096);

}  // namespace pirn::net
