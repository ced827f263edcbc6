/// An rdd job at work: its tasks, run by the thread that asked and by whoever helps.
///
/// Thread rule: every member from any thread. Promise: the thread that waits works too, so a job
/// needs no free worker and can be run from inside a stream; of several failures the one of the
/// first stage and partition is reported.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <sluice/actors/execution.hpp>
#include <sluice/operators/plan_runner.hpp>

namespace sluice {

class job {
 public:
  explicit job(node_ptr const& output, kept_use use = kept_use::rely);
  /// Works until all is done. @return one partition per upstream partition of the output
  /// @throws stream_failure naming the operator whose function threw
  std::vector<partition> run();
  /// Works as long as there is something to do; never waits.
  void help();
  /// How many tasks can run at the same time.
  std::size_t width() const;

 private:
  struct task_id {
    std::size_t stage;
    std::size_t partition;
    auto operator<=>(task_id const&) const = default;
  };
  using guard = std::unique_lock<std::mutex>;

  bool run_one(guard& lock);
  void finished(stage const& s);
  void make_ready(stage const& s);
  bool all_begun() const { return begun_ == ready_.size(); }

  plan const plan_;
  std::mutex mutex_;
  std::condition_variable changed_;
  plan_progress progress_;
  std::vector<std::size_t> unfinished_;  // by stage: its tasks
  std::vector<task_id> ready_;           // in the order in which they became so
  std::size_t begun_ = 0;                // of these
  std::size_t running_ = 0;
  std::pair<task_id, std::exception_ptr> failed_{{}, nullptr};
};

/// Runs a job, with actors of the engine as helpers if there is one.
std::vector<partition> run_job(node_ptr const& output, engine* on, std::size_t parallelism);

}  // namespace sluice
