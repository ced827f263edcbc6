// Ctrl-C and SIGTERM, taken by a thread instead of a handler: what they start may lock and
// allocate.
//
// Thread rule: `block_signals` in main before any other thread exists, for threads inherit it.
// Promise: the first signal calls `first` once; the second ends the process at once.
#pragma once

#include <functional>
#include <thread>

namespace word_count {

/// Keeps SIGINT and SIGTERM from interrupting threads.
void block_signals();

class signal_watch {
 public:
  /// @param first  called on the watching thread; must return soon
  explicit signal_watch(std::function<void()> first);
  ~signal_watch();
  signal_watch(signal_watch const&) = delete;
  signal_watch& operator=(signal_watch const&) = delete;

 private:
  std::jthread thread_;
};

}  // namespace word_count
