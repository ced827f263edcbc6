// Sends numbered lines to one reader at a time, from where the reader asks on.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sluice::tests {

class line_server {
 public:
  line_server();
  ~line_server();
  line_server(line_server const&) = delete;
  line_server& operator=(line_server const&) = delete;

  std::uint16_t port() const { return port_; }
  /// There is one more line to send.
  void add(std::string line);

 private:
  void serve();
  void talk_to(int reader);
  bool send_from(int reader, std::uint64_t& sent);

  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace sluice::tests
