// nginx_test: an nginx of its own for a test of http.
#pragma once

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pirn/testing/temporary_directory.hpp"

namespace pirn::http {

/// nginx on a free port of 127.0.0.1, serving the folder `root()` and what `locations` adds.
///
/// It inherits a socket that listens already: so the port is its own, and who connects early waits.
class nginx_server {
 public:
  explicit nginx_server(std::string_view locations) {
    std::filesystem::create_directory(root());
    listen_on_a_free_port();
    std::ofstream(top_ / "conf") << fmt::format(
        configuration, fmt::arg("top", top_.path().string()), fmt::arg("port", port_),
        fmt::arg("locations", locations));
    start();
  }
  nginx_server(nginx_server&&) = delete;  // ends its process once
  ~nginx_server() {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
    close(listening_);
  }

  std::filesystem::path root() const { return top_ / "root"; }
  std::string url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  void write(const char* name, std::string_view text) const {
    std::filesystem::create_directories((root() / name).parent_path());
    std::ofstream(root() / name, std::ios::binary) << text;
  }
  bool is_running() const { return waitpid(process_, nullptr, WNOHANG) == 0; }

 private:
  static constexpr const char* configuration = R"(
daemon off; user root; worker_processes 1; pid {top}/pid; error_log {top}/errors;
events {{}}
http {{
  access_log off; client_body_temp_path {top}/body; proxy_temp_path {top}/t;
  fastcgi_temp_path {top}/t; uwsgi_temp_path {top}/t; scgi_temp_path {top}/t;
  types {{ text/plain txt; }}
  server {{ listen 127.0.0.1:{port}; root {top}/root; {locations} }}
}}
)";

  void listen_on_a_free_port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    listening_ = ::socket(AF_INET, SOCK_STREAM, 0);  // to be inherited
    if (::bind(listening_, at, size) != 0 || ::listen(listening_, 64) != 0) {
      throw std::runtime_error("nginx_server: no port");
    }
    getsockname(listening_, at, &size);
    port_ = ntohs(address.sin_port);
  }

  void start() {
    const std::string command =
        fmt::format("PATH=$PATH:/usr/sbin NGINX='{1};' exec nginx -p {0} -e {0}/errors -c {0}/conf",
                    top_.path().string(), listening_);
    std::string shell = "sh";
    std::string option = "-c";
    std::string text = command;
    char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
    if (posix_spawn(&process_, "/bin/sh", nullptr, nullptr, arguments, environ) != 0) {
      throw std::runtime_error("nginx_server: no process");
    }
  }

  testing::temporary_directory top_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace pirn::http
