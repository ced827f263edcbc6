// Signals as a queue: blocked, and taken one by one.
//
// Thread rule: one thread, before there is another. Promise: no signal is lost between two calls of
// `next`, and none interrupts anything.
#pragma once

#include <signal.h>

#include <chrono>
#include <optional>

namespace supervise {

using steady = std::chrono::steady_clock;

/// One that came.
struct arrival {
  int number = 0;
  bool from_kernel = false;  ///< not sent by a process: a terminal that is gone, say
};

class signal_queue {
 public:
  /// Blocks the signals, and SIGPIPE, which is for whoever reads the log to care about.
  signal_queue();

  /// Waits for a signal until `deadline`, or for ever. @return none at the deadline
  std::optional<arrival> next(std::optional<steady::time_point> deadline) const;
  /// What was blocked before: what a child is to start with.
  sigset_t const& former() const { return former_; }

 private:
  sigset_t taken_{};
  sigset_t former_{};
};

}  // namespace supervise
