// Who ends the program, and why.
//
// Thread rule: any thread. Promise: the first reason wins.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

namespace word_count {

enum class reason { interrupted, batches_done };

class ending {
 public:
  void ask_for(reason why) {
    {
      std::lock_guard guard{mutex_};
      if (!why_) why_ = why;
    }
    asked_.notify_all();
  }

  /// Waits until somebody asks. @return none if `abandoned` comes first
  std::optional<reason> wait(std::stop_token abandoned) {
    std::unique_lock lock{mutex_};
    asked_.wait(lock, std::move(abandoned), [this] { return why_.has_value(); });
    return why_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any asked_;
  std::optional<reason> why_;
};

}  // namespace word_count
