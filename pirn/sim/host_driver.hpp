// host_driver: the driver of a loop on a simulated host.
#pragma once

#include "pirn/core/driver.hpp"
#include "pirn/core/file_system.hpp"
#include "pirn/sim/file_desk.hpp"
#include "pirn/sim/host.hpp"

namespace pirn::sim {

/// Simulated sockets, and somebody's files, behind the driver interface; what time does is left to
/// those who derive from it.
///
/// Throws:   std::bad_alloc from listen() and start().
/// Lifetime: ends after its sockets, requests and leases (asserted), before its host.
class host_driver : public driver {
 public:
  bool is_virtual() const noexcept override { return true; }

  std::expected<socket_ptr, std::error_code> listen(const endpoint& local,
                                                    const listen_options& options) override;
  std::expected<socket_ptr, std::error_code> open_datagrams(
      const endpoint& local, const datagram_options& options) override;

  started start(accept_operation& request) override;
  started start(connect_operation& request) override;
  started start(receive_operation& request) override;
  started start(receive_leased_operation& request) override;
  started start(send_operation& request) override;
  started start(receive_datagrams_operation& request) override;
  started start(send_datagrams_operation& request) override;
  started start(poll_operation& request) override;
  started start(open_operation& request) override;
  started start(read_operation& request) override;
  started start(write_operation& request) override;
  started start(fsync_operation& request) override;
  started start(close_operation& request) override;
  started start(rename_operation& request) override;
  started start(unlink_operation& request) override;
  started start(make_directory_operation& request) override;
  started start(stat_operation& request) override;

  /// How long a request to a file takes from now on.
  void set_file_delay(duration delay) noexcept { files_.set_delay(delay); }

  void drop(file_id file) noexcept override { files_.drop(file); }

  /// Always `gone`. A send's `sent_bytes` says how much the send buffer had taken, and that much
  /// still arrives.
  cancel_answer cancel(operation& request) noexcept override;

 protected:
  struct file_options {
    file_system* files = nullptr;  ///< who carries out file requests; null: they end with -ENOSYS
    duration delay{};              ///< how long each takes
  };

  host_driver(host& home, const file_options& files);
  ~host_driver() override;

  host& home() const noexcept { return home_; }

 private:
  template <class Operation>
  started start_file(Operation& request);

  host& home_;
  file_desk files_;
};

}  // namespace pirn::sim
