/// Runs a plan without actors: batch by batch in the calling thread, or as a job, task by task.
///
/// Thread rule: one thread at a time. Promise: same kernels, same results, same order as on actors.
#pragma once

#include <sluice/operators/stage_task.hpp>

namespace sluice {

/// One batch's way through a plan: what its tasks have written and not yet read.
class plan_progress {
 public:
  /// @param of  outlives the object
  explicit plan_progress(plan const& of);

  /// What a task reads, by port. The stages before it must have finished.
  std::vector<std::vector<partition>> take_inputs(stage const& of, std::size_t partition_index);
  /// What a task has written: by out and receiver.
  void finish(stage const& of, std::size_t partition_index,
              std::vector<std::vector<partition>> outputs);
  /// By output: one partition per upstream partition.
  std::vector<std::vector<partition>> take_results();

 private:
  plan const& plan_;
  // by stage, partition, out, receiver
  std::vector<std::vector<std::vector<std::vector<partition>>>> written_;
};

class plan_runner {
 public:
  /// @param of     outlives the runner
  /// @param rules  as for `stage_task`
  explicit plan_runner(plan const& of, record_error_rules const* rules = nullptr);

  /// @param inputs  by input index of the stream: one partition per partition of the input node
  /// @return  by output: one partition per upstream partition
  std::vector<std::vector<partition>> run(batch_context const& now,
                                          std::vector<std::vector<partition>> const& inputs);
  /// The records that the last run has passed over.
  diverted_records take_diverted() { return std::exchange(diverted_, {}); }
  /// The states of all tasks, by stage and partition. See `stage_task::states`.
  std::vector<named_state> states();

 private:
  plan const& plan_;
  diverted_records diverted_;
  std::vector<std::vector<stage_task>> tasks_;  // by stage and partition; none for outputs
};

/// The batch as which a job runs.
inline constexpr batch_context job_context{{1, {}}, {}};

}  // namespace sluice
