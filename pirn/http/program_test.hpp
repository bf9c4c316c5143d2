// program_test: other programs for the tests of http: what a command prints, a server of its own.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace pirn::http {

/// What `command`, run by a shell, prints.
inline std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::string all;
  char room[4096];
  while (pipe != nullptr) {
    const std::size_t count = fread(room, 1, sizeof room, pipe.get());
    if (count == 0) break;
    all.append(room, count);
  }
  return all;
}

}  // namespace pirn::http
