/// A stage at work in one partition: the one place where kernels run and user exceptions are
/// caught.
///
/// Thread rule: one thread at a time. Promise: `run` either returns every output of the batch or
/// throws a `stream_failure` that names operator, batch, partition and cause.
#pragma once

#include <sluice/operators/plan.hpp>
#include <sluice/operators/record_errors.hpp>

namespace sluice {

/// The state of one operator in one partition.
struct named_state {
  op_ptr who;
  task_state* state;  ///< null if a type in it has no codec
  bool unsavable() const { return !state; }
};

class stage_task {
 public:
  /// @param of     outlives the task
  /// @param rules  for records on which functions throw; outlives the task; null: the batch fails
  stage_task(stage const& of, std::size_t partition_index,
             record_error_rules const* rules = nullptr);

  /// @param inputs  by port: the partitions of its senders in ascending order. For an input stage
  /// that
  ///                has no port: one pseudo port with the batch's partition
  /// @return  by out of the stage: one partition per receiver
  std::vector<std::vector<partition>> run(batch_context const& now,
                                          std::vector<std::vector<partition>> const& inputs);
  /// The records that the last run has passed over.
  diverted_records take_diverted() { return std::exchange(diverted_, {}); }
  /// Whether the rules say that the run that failed is not to be repeated.
  bool is_hopeless() const { return hopeless_; }
  /// Whether a batch that was run must not be run again.
  bool has_state() const;
  /// The states of its operators, in the order of the plan. They live as long as the task and are
  /// used between batches.
  std::vector<named_state> states();
  /// What `run` would return for a batch in which nothing is.
  std::vector<std::vector<partition>> nothing() const;

 private:
  void find_needed();
  std::vector<std::vector<partition>> run_nodes(batch_context const& now,
                                                std::vector<std::vector<partition>> const& inputs);
  partition run_node(std::size_t index, batch_context const& now,
                     std::vector<std::vector<partition>> const& inputs,
                     std::vector<partition> const& done);
  void discard();
  void write_outs(std::vector<partition> const& done, std::vector<std::vector<partition>>& results);

  struct input_of_node {
    enum class place { this_stage, port, left_out } where = place::left_out;
    std::size_t index = 0;  // of the node in this stage, or of the port
    std::unique_ptr<edge_writer> writer;
  };
  struct node_task {
    std::unique_ptr<task> work;
    std::vector<input_of_node> inputs;
    bool at_hand = false;  ///< it looks at no input
    bool needed = false;   ///< somebody looks at what it gives
  };
  struct out_writer {
    std::unique_ptr<edge_writer> writer;
    std::size_t receivers;
  };

  stage const& stage_;
  std::size_t partition_index_;
  std::vector<node_task> nodes_;
  std::vector<out_writer> outs_;
  record_error_rules const* rules_;
  op_ptr current_;
  diverted_records diverted_;
  bool hopeless_ = false;
};

/// The failure of an operator as the error that reaches the user, with the cause nested.
std::exception_ptr make_stream_failure(op_ptr const& who, batch_ref const& batch,
                                       std::size_t partition_index, std::exception_ptr cause);

}  // namespace sluice
