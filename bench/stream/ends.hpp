// ends: the frame of the stream bench's programs, each of which is both ends of a stream, and what
// stands between two.
//
//   PROGRAM receive [CERTIFICATE KEY]   prints its port, takes one connection, reads it to its end
//   PROGRAM send PORT MIB [CA]          connects, writes so much in pieces of 64 KiB, and ends
//   PROGRAM forward PORT                prints its port, takes one connection and makes another,
//                                       and passes on what comes from either to the other
//
// With files it is TLS. After its last byte the sender waits for the receiver's end, so that what
// it measures is the whole way. Each prints one line of JSON: what a KiB took.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/elapsed.hpp"

namespace bench {

inline constexpr std::size_t write_bytes = 64 * 1024;

struct stream_job {
  enum class role : std::uint8_t { receive, send, forward };
  role as;
  std::uint16_t port = 0;
  std::uint64_t writes = 0;
  std::string certificate_file{};
  std::string key_file{};
  std::string ca_file{};

  bool is_receiver() const noexcept { return as == role::receive; }
  bool is_secure() const noexcept { return !certificate_file.empty() || !ca_file.empty(); }
};

inline stream_job stream_job_of(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  using role = stream_job::role;
  const bool is_receiver = !words.empty() && words[0] == "receive";
  if (is_receiver && words.size() == 1) return {.as = role::receive};
  if (is_receiver && words.size() == 3) {
    return {.as = role::receive, .certificate_file = words[1], .key_file = words[2]};
  }
  if (words.size() == 2 && words[0] == "forward") {
    return {.as = role::forward, .port = static_cast<std::uint16_t>(std::stoul(words[1]))};
  }
  if (words.size() < 3 || words.size() > 4 || words[0] != "send") {
    std::fprintf(stderr,
                 "usage: %s receive [CERTIFICATE KEY] | send PORT MIB [CA] | forward PORT\n",
                 argv[0]);
    std::exit(2);
  }
  return {
      .as = role::send,
      .port = static_cast<std::uint16_t>(std::stoul(words[1])),
      .writes = std::stoull(words[2]) * 1024 * 1024 / write_bytes,
      .ca_file = words.size() == 4 ? words[3] : "",
  };
}

inline void tell_stream(elapsed took, std::uint64_t bytes, std::string_view cipher) {
  const double kibibytes = static_cast<double>(bytes) / 1024;
  std::printf("{\"bytes\":%llu,\"wall\":%.3f,\"cpu\":%.3f,\"cipher\":\"%.*s\"}\n",
              static_cast<unsigned long long>(bytes), static_cast<double>(took.wall_ns) / kibibytes,
              static_cast<double>(took.cpu_ns) / kibibytes, static_cast<int>(cipher.size()),
              cipher.data());
}

}  // namespace bench
