/// The work of one stage partition, which outlives the actors that do it, one after the other.
///
/// Thread rule: one actor at a time. Promise: a batch changes the state once, however often it
/// comes.
#pragma once

#include <deque>
#include <set>
#include <sluice/operators/stage_task.hpp>

namespace sluice {

class stage_cell {
 public:
  /// By out of the stage and receiver.
  using results = std::vector<std::vector<partition>>;

  struct outcome {
    results given;
    diverted_records diverted;
  };

  /// @param of, rules  outlive the cell
  stage_cell(stage const& of, std::size_t partition_index, record_error_rules const& rules);

  /// Runs a batch, or finds what it gave when it was run before.
  /// @param committed  no batch up to this one will come again
  outcome run(batch_context const& now, std::vector<std::vector<partition>> const& by_port,
              batch_id committed);
  bool is_hopeless() const { return task_.is_hopeless(); }
  /// From now on this batch gives nothing and changes nothing here.
  void skip(batch_id batch) { skipped_.insert(batch); }

 private:
  struct finished {
    batch_id batch;
    outcome result;
  };

  stage_task task_;
  bool const has_state_;
  std::deque<finished> finished_;  // not known to be committed; for stages with state only
  std::set<batch_id> skipped_;
};

}  // namespace sluice
