/// TCP through Boost.Asio.
///
/// Thread rule: any thread. Promise: completions come on the io thread.
#pragma once

#include <sluice/supervision/network.hpp>

namespace sluice {

class io_thread;

/// Sockets of the operating system.
class asio_network final : public network {
 public:
  /// Completions run on `io`, which must outlive this object.
  explicit asio_network(io_thread& io) : io_{io} {}

  void connect(std::string host, std::uint16_t port, std::chrono::milliseconds timeout,
               std::function<void(io_result<std::shared_ptr<connection>>)> done) override;

 private:
  io_thread& io_;
};

}  // namespace sluice
