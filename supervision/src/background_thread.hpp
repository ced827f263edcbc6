/// A thread for work that blocks, one piece after the other.
///
/// Thread rule: `run` from any thread. Promise: the thread starts at first use; the destructor
/// waits until everything that was handed over has run.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace sluice {

class background_thread {
 public:
  background_thread() = default;
  ~background_thread();
  background_thread(background_thread const&) = delete;
  background_thread& operator=(background_thread const&) = delete;

  /// @param work  must not throw
  void run(std::function<void()> work);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  // All below: only under mutex_.
  std::deque<std::function<void()>> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace sluice
