/// Runs a plan in the calling thread: for rdd jobs inside a stage, for tests, for `run_batches`.
///
/// Thread rule: one thread at a time. Promise: same kernels, same results, same order as on actors.
#pragma once

#include <sluice/operators/stage_task.hpp>

namespace sluice {

class plan_runner {
 public:
  /// @param of  outlives the runner
  explicit plan_runner(plan const& of);

  /// @param inputs  by input index of the stream: one partition per partition of the input node
  /// @return  by output: one partition per upstream partition
  std::vector<std::vector<partition>> run(batch_context const& now,
                                          std::vector<std::vector<partition>> const& inputs);

 private:
  plan const& plan_;
  std::vector<std::vector<stage_task>> tasks_;  // by stage and partition; none for outputs
};

/// Runs the job that ends in `output` as batch 1.
std::vector<partition> run_job_inline(node_ptr const& output);

}  // namespace sluice
