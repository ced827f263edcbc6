/// A thread inherits the signal mask of its creator: the program's handlers must not run on ours.
///
/// Thread rule: one thread. Promise: while it lives, this thread blocks every signal.
#pragma once

#include <csignal>

namespace sluice {

class signals_blocked {
 public:
  signals_blocked() {
    auto all = sigset_t{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_blocked(signals_blocked const&) = delete;
  signals_blocked& operator=(signals_blocked const&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace sluice
