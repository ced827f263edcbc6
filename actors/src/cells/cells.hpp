/// All that outlives the actors of a context but the guardian: what a restart finds.
///
/// Thread rule: see each part. Promise: an actor that dies between two messages takes nothing with
/// it that is not in here; so a restart continues with the state of the last message.
#pragma once

#include "actors/src/flow/wait_board.hpp"
#include "batch_ledger.hpp"
#include "cutting.hpp"
#include "input_cell.hpp"
#include "sink_cell.hpp"
#include "stage_cell.hpp"

namespace sluice {

/// The driver's part: batches in progress, oldest first.
struct batch_progress {
  batch_info info;
  std::size_t prepared = 0;
  std::size_t committed = 0;  ///< outputs that have
  bool committing = false;
  diverted_records diverted;
};

struct cells {
  explicit cells(std::chrono::nanoseconds stall_after) : waits{stall_after} {}

  std::vector<std::vector<std::unique_ptr<stage_cell>>> stages;  ///< by stage and partition
  std::vector<std::unique_ptr<sink_cell>> sinks;                 ///< by output
  std::vector<std::unique_ptr<input_cell>> inputs;               ///< by input
  batch_ledger ledger;
  flow::wait_board waits;
  std::optional<cutting_state> cutting;
  std::deque<batch_progress> progress;
  batch_id committed_before = 0;  ///< by processes before
};

}  // namespace sluice
