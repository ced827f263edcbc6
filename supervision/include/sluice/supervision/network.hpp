/// The one seam to TCP.
///
/// Thread rule: every method may be called from any thread; completions come on an unspecified
/// thread, exactly once each, never from inside the call that asked for them.
/// Promise: at most one read is outstanding per connection; without a read nothing is taken from
/// the socket, so a reader without credit makes the peer wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/supervision/io_result.hpp>
#include <string>

namespace sluice {

/// Bytes on loan: handed to a read and handed back by its completion.
struct io_buffer {
  std::unique_ptr<char[]> data;
  std::size_t capacity = 0;
};

/// Outcome of one read.
struct read_result {
  io_buffer buffer;  ///< the one that was handed in, also after an error
  std::size_t bytes =
      0;  ///< bytes placed at the offset that was asked for; 0 without error: end of stream
  std::optional<io_error> failed;  ///< set if the read failed or the connection was closed
};

/// An established TCP connection.
class connection {
 public:
  /// Closes; an outstanding read still completes, with an error.
  virtual ~connection() = default;
  /// Reads at least one byte into `[offset, capacity)` of the buffer. No room is
  /// `invalid_argument`, a second read at the same time `operation_in_progress`, and what a close
  /// overtakes or precedes `operation_canceled`.
  virtual void read(io_buffer buffer, std::size_t offset,
                    std::function<void(read_result)> done) = 0;
  /// Closes both directions; idempotent.
  virtual void close() = 0;
};

/// TCP, as the runtime sees it.
class network {
 public:
  virtual ~network() = default;
  /// Resolves and connects, giving up after `timeout`.
  virtual void connect(std::string host, std::uint16_t port, std::chrono::milliseconds timeout,
                       std::function<void(io_result<std::shared_ptr<connection>>)> done) = 0;
};

}  // namespace sluice
