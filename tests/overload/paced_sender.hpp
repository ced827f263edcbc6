// Sends lines that tell when they were sent to one reader, at a steady rate or as fast as it takes
// them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <thread>

namespace sluice::tests {

class paced_sender {
 public:
  static constexpr std::size_t line_bytes = 100;

  /// @param rate  lines per second
  explicit paced_sender(std::uint64_t rate);
  ~paced_sender();
  paced_sender(paced_sender const&) = delete;
  paced_sender& operator=(paced_sender const&) = delete;

  std::uint16_t port() const { return port_; }
  /// Ends with a whole line and closes the connection. Returns once all is in the reader's kernel.
  void finish();
  /// Whole lines that the kernel has taken.
  std::uint64_t sent() const { return sent_; }
  /// How long ago a line was given to the kernel.
  static std::chrono::microseconds age(std::string_view line);

 private:
  void serve(std::uint64_t rate);
  bool send_lines(int to, std::uint64_t n);

  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace sluice::tests
