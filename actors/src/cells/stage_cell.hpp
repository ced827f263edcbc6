/// The work of one stage partition, which outlives the actors that do it, one after the other.
///
/// Thread rule: one actor at a time. Promise: a batch changes the state once, however often it
/// comes.
#pragma once

#include "actors/src/durability/journal.hpp"
#include "actors/src/flow/work_mark.hpp"

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
  /// State of an operator in this partition, under the id that the journal knows.
  struct kept_state {
    std::string op;
    task_state* state;
  };

  /// @param of, rules  outlive the cell
  stage_cell(stage const& of, std::size_t partition_index, record_error_rules const& rules);

  /// From now on checkpoints have what these states change.
  void save_in(std::shared_ptr<journal> target, std::vector<kept_state> states);
  std::vector<named_state> states() { return task_.states(); }

  /// Runs a batch, or finds what it gave when it was run before.
  /// @param committed  no batch up to this one will come again
  outcome run(batch_context const& now, std::vector<std::vector<partition>> const& by_port,
              batch_id committed);
  /// Set by whoever runs batches here.
  flow::work_mark& mark() { return mark_; }
  bool is_hopeless() const { return task_.is_hopeless(); }
  /// From now on this batch gives nothing and changes nothing here.
  void skip(batch_id batch) { skipped_.insert(batch); }

 private:
  struct finished {
    batch_id batch;
    outcome result;
  };

  void save(std::uint64_t checkpoint);
  void save(kept_state const& kept, std::uint64_t checkpoint);

  stage_task task_;
  std::size_t partition_;
  bool const has_state_;
  std::deque<finished> finished_;  // not known to be committed; for stages with state only
  std::set<batch_id> skipped_;
  std::shared_ptr<journal> journal_;  // null: nothing is saved
  std::vector<kept_state> saved_states_;
  flow::work_mark mark_;
  std::uint64_t lost_saves_ = 0;  // those that this cell knows of
};

}  // namespace sluice
