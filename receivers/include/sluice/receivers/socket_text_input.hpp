/// Lines of text from a TCP peer.
///
/// Thread rule: an input's. Promise: a line is delivered as it was sent, without its line end; what
/// is not UTF-8 passes through; without room nothing is read, so that the peer has to wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sluice/receivers/detail/input_forwarder.hpp>
#include <sluice/receivers/line_policy.hpp>
#include <sluice/receivers/overflow.hpp>
#include <sluice/receivers/reconnect_backoff.hpp>
#include <string>

namespace sluice {

struct socket_options {
  /// Length of the longest line, without its line end; never more than the receiver's buffer.
  std::size_t max_line_bytes = std::size_t{1} << 20;
  /// What becomes of a longer one.
  sluice::long_line long_line = sluice::long_line::split;
  /// What becomes of a line that the end of the connection cut off.
  sluice::partial_line partial_line = sluice::partial_line::emit;
  std::chrono::milliseconds connect_timeout{10'000};
  /// Waits between attempts to connect; they grow until data arrives.
  reconnect_backoff backoff = {};
  /// Attempts in a row, without data in between, after which the input gives up; 0: never.
  std::size_t max_connect_attempts = 0;
  /// In a stream with a checkpoint directory: whether records are written down with their batch.
  /// Otherwise batches that the process leaves behind come again without them.
  bool logged = true;
  /// What becomes of records for which there is no room in `options.receiver_buffer`.
  sluice::overflow overflow = sluice::overflow::backpressure;
  /// Where `overflow::spill` puts records, and how many.
  spill_options spill = {};
  /// Records per second that may go into batches, over a second or the interval of the clock
  /// trigger; what exceeds them waits in the buffer, then `overflow` decides. 0: no bound. Not for
  /// what `run_until_idle`, `request_batch` and a drain cut.
  std::uint64_t max_rate = 0;
};

/// Connects to a peer and reads lines, again and again.
///
/// The end of the stream, a failure and a refused connection all lead to another attempt. A partial
/// line is decided about once the connection is there again, or the input ends.
///
/// Counters: `connections`, `reconnects`, `failed_connects`, `lost_connections`, `bytes_received`,
/// `records`, `long_lines`, `partial_lines`, `dropped_lines`, `dropped_bytes`, and those
/// of overflow as for a `receiver_input`.
class socket_text_input final : public detail::input_forwarder {
 public:
  /// @throws usage_error if `host` is empty, `port` is 0 or an option is out of range
  socket_text_input(std::string host, std::uint16_t port, socket_options how = {});
};

}  // namespace sluice
