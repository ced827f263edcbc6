/// A peer on the loopback that sends lines as fast as they are taken, in a process of its own.
///
/// Thread rule: used by one thread. Promise: its CPU time and memory are not this process's; it
/// sends whole lines of 100 bytes, or what it was given; it ends with the object.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class flood_sender {
 public:
  static constexpr std::uint64_t line_bytes = 100;
  /// What one write to the socket hands over.
  static constexpr std::uint64_t block_bytes = 2'600 * line_bytes;

  flood_sender();
  /// Sends these blocks instead, again and again from the first one.
  explicit flood_sender(std::span<std::string const> blocks);
  ~flood_sender();
  flood_sender(flood_sender const&) = delete;
  flood_sender& operator=(flood_sender const&) = delete;

  /// The port on 127.0.0.1 where it accepts one connection.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Begins to send so many blocks, once there is a connection; returns at once.
  void send(std::uint64_t blocks);
  /// Ends the sending after the block that is being sent.
  void stop();
  /// Bytes that its kernel has taken, in whole blocks.
  [[nodiscard]] std::uint64_t sent() const { return shared_->sent.load(); }
  /// Whether all that was asked for, or all until `stop`, has been sent.
  [[nodiscard]] bool done() const { return shared_->asked.load() == shared_->finished.load(); }

 private:
  // In memory that both processes map.
  struct shared_state {
    std::atomic<std::uint64_t> sent = 0;
    std::atomic<std::uint64_t> asked = 0;  ///< calls of `send`
    std::atomic<std::uint64_t> finished = 0;
    std::atomic<bool> stopped = false;
  };
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

  /// Filled before the fork, because the new process may only make system calls.
  explicit flood_sender(std::vector<std::string_view> blocks);
  [[noreturn]] static void run(int listener, int commands, std::span<std::string_view const> blocks,
                               shared_state& shared);

  shared_state* shared_ = nullptr;
  std::uint16_t port_ = 0;
  int commands_ = -1;
  pid_t process_ = -1;
};

}  // namespace bench
