/// What the user's threads and the runtime share: state, failure, progress.
///
/// Thread rule: every member from any thread. Promise: waiting is left to the engine; whoever
/// changes something here notifies it.
#pragma once

#include "log.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <sluice/actors/life.hpp>
#include <sluice/actors/options.hpp>
#include <sluice/operators/time.hpp>

namespace sluice {

class context_core {
 public:
  context_core(options const& o, std::function<void()> notify)
      : settings_{o}, log_{o.app_name, o.log_level}, notify_{std::move(notify)} {}

  options const& settings() const { return settings_; }
  /// Before the start only.
  void set_checkpoint_dir(std::string directory) {
    settings_.checkpoint_dir = std::move(directory);
  }
  /// Before the start only.
  void ask_for_checkpoints(std::chrono::milliseconds at_least_every) {
    auto& interval = settings_.checkpoints.interval;
    interval = std::min(interval, at_least_every);
  }
  sluice::log const& log() const { return log_; }

  context_state state() const { return state_.load(); }
  void set_state(context_state next) {
    state_ = next;
    notify_();
  }

  /// Keeps the first failure. @return whether it is this one
  bool fail(std::exception_ptr cause);
  /// Everything stands still with its state kept; `cause` is what waiters get.
  void suspend(std::exception_ptr cause);
  void resume();
  std::exception_ptr failure() const;
  void rethrow_failure() const;

  /// The batch of this time has been committed, and all before it.
  void committed(batch_time newest);
  std::optional<batch_time> last_committed() const;

  /// `run_until_idle` waits for its ticket.
  std::uint64_t next_ticket() { return ++tickets_; }
  void idle_reached(std::uint64_t ticket);
  bool is_idle(std::uint64_t ticket) const { return idle_ticket_ >= ticket; }

 private:
  options settings_;
  sluice::log log_;
  std::function<void()> notify_;
  std::atomic<context_state> state_{context_state::initialized};
  std::atomic<std::uint64_t> tickets_{0};
  std::atomic<std::uint64_t> idle_ticket_{0};
  mutable std::mutex mutex_;
  std::exception_ptr failure_;
  std::optional<batch_time> committed_;
};

/// True while this thread runs a listener or a function of the stream: waiting for the stream from
/// there would never end.
class inside_stream {
 public:
  inside_stream() : before_{active} { active = true; }
  ~inside_stream() { active = before_; }
  inside_stream(inside_stream const&) = delete;
  inside_stream& operator=(inside_stream const&) = delete;
  static bool now() { return active; }

 private:
  static thread_local bool active;
  bool before_;
};

}  // namespace sluice
