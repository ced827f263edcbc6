// A program as a child process.
//
// Thread rule: one thread, with SIGCHLD blocked. Promise: a child does not outlive its supervisor,
// unless it ignores SIGTERM; of its process group nothing outlives the child.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace supervise {

/// What came of an attempt to start.
struct start_result {
  pid_t child = -1;     ///< -1: none was started
  int exit_code = 0;    ///< for this failure
  std::string cause{};  ///< of the failure
};

/// Starts a program, looked for as shells do, in a process group of its own: a Ctrl-C in a terminal
/// reaches it through the supervisor only, once. It gets `SLUICE_RESTARTS`, and nothing from a
/// terminal as its input, which a process group in the background must not read.
/// @param mask  the signals that it blocks
start_result start_child(std::vector<std::string> const& command, std::uint64_t restarts,
                         sigset_t const& mask);

/// Takes note of the ended children, also of those that were left to this process as the first one
/// of a container. Kills what is left of the process group of `child`, so that the next one finds
/// ports and locks free.
/// @return how `child` ended, as `waitpid` tells it, if it did
std::optional<int> reap(pid_t child);

}  // namespace supervise
