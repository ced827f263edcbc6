/// What an input has asked its host to do; outlives the actors that host it, one after the other.
///
/// Thread rule: `post` may come from any thread, the rest from the host's. Promise: posted work and
/// timers of a host that has died are done by the next one.
#pragma once

#include "actors/src/context_core.hpp"
#include "actors/src/flow/wait_board.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <sluice/receivers/input.hpp>
#include <sluice/supervision/world.hpp>

namespace sluice {

/// Where an input tells that it waits for room.
struct wait_place {
  flow::wait_board* board = nullptr;  ///< null: nowhere; else it outlives the input
  std::size_t input = 0;
};

class input_port final : public input_host {
 public:
  using timer_id = std::uint64_t;

  /// What a host does for its input.
  class executor {
   public:
    virtual void run_timer_after(std::chrono::nanoseconds delay, timer_id timer) = 0;
    virtual void input_changed() = 0;
    virtual void input_reports(receiver_event const& event) = 0;

   protected:
    ~executor() = default;
  };

  input_port(std::shared_ptr<context_core> core, world& outside, std::size_t partitions,
             wait_place waits);

  // For the host.

  /// Hands over what the host before has left.
  /// @param wake  has `run_posted` called soon, once per call; any thread
  void attach(executor& host, std::function<void()> wake);
  void detach();
  /// Does the oldest posted piece of work.
  void run_posted();
  void run_timer(timer_id id);
  /// Nothing that was posted is done any more, and nothing waits.
  void close();

  // For the input.

  void post(std::function<void()> work) override;
  void after(std::chrono::milliseconds delay, std::function<void()> work) override;
  void changed() override;
  bool counts_records() const override {
    return core_->settings().trigger.what == trigger::kind::size;
  }
  void report(receiver_event event) override;
  void waits_for_room(buffer_limits const& held) override;
  void has_room() override;
  world& outside() override { return outside_; }
  buffer_limits limits() const override { return core_->settings().receiver_buffer; }
  std::size_t partitions() const override { return partitions_; }
  std::chrono::milliseconds block_interval() const override {
    return core_->settings().block_interval;
  }

 private:
  struct timer {
    std::chrono::nanoseconds due;
    std::function<void()> work;
  };

  std::shared_ptr<context_core> core_;
  world& outside_;
  std::size_t partitions_;
  wait_place waits_;
  executor* host_ = nullptr;
  std::map<timer_id, timer> timers_;
  timer_id last_timer_ = 0;

  std::mutex mutex_;
  std::deque<std::function<void()>> posted_;
  std::function<void()> wake_;
  bool closed_ = false;
};

}  // namespace sluice
