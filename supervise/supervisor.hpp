// The loop: start, watch, decide, wait, start again.
//
// Thread rule: one thread. Promise: it ends in one of the ways of the table in docs/supervise.md,
// and then there is no child left.
#pragma once

#include <sys/types.h>

#include <optional>
#include <sluice/supervision/restart_budget.hpp>

#include "supervise/settings.hpp"
#include "supervise/signals.hpp"

namespace supervise {

class supervisor {
 public:
  explicit supervisor(settings wanted);

  /// @return the status to end with
  int run();

 private:
  /// Runs the program once. @return the status to end with, none: it is to be started again
  std::optional<int> run_once();
  /// Waits for the end of a child. @return how it ended, as `waitpid` tells it
  int watch(pid_t child);
  void handle(arrival const& signal, pid_t child);
  std::optional<int> after_failed_start(int code);
  std::optional<int> after_end(int status);
  /// Waits before a restart. @return the status to end with, if it is told to meanwhile
  std::optional<int> pause(sluice::restart_verdict const& verdict);

  settings wanted_;
  signal_queue signals_;
  sluice::restart_budget budget_;
  std::uint64_t starts_ = 0;
  std::optional<int> told_;  // the signal that says to end
  std::optional<steady::time_point> kill_at_;
};

}  // namespace supervise
