#include "stage_cell.hpp"

#include "supervision/src/mutant.hpp"

#include <algorithm>
#include <sluice/operators/byte_io.hpp>

namespace sluice {

namespace {

// Written while the next one is encoded, and small enough to stay in a core's cache meanwhile.
constexpr std::size_t piece_size = 512U << 10U;

}  // namespace

stage_cell::stage_cell(stage const& of, std::size_t partition_index,
                       record_error_rules const& rules)
    : task_{of, partition_index, &rules},
      partition_{partition_index},
      has_state_{task_.has_state()} {}

void stage_cell::save_in(std::shared_ptr<journal> target, std::vector<kept_state> states) {
  journal_ = std::move(target);
  saved_states_ = std::move(states);
}

stage_cell::outcome stage_cell::run(batch_context const& now,
                                    std::vector<std::vector<partition>> const& by_port,
                                    batch_id committed) {
  while (!finished_.empty() && finished_.front().batch <= committed) finished_.pop_front();
  skipped_.erase(skipped_.begin(), skipped_.upper_bound(committed));
  auto const known = std::find_if(finished_.begin(), finished_.end(),
                                  [&](finished const& f) { return f.batch == now.batch.id; });
  if (known != finished_.end() && !is_mutant(mutant::state_run_twice)) return known->result;
  outcome result;
  result.given = skipped_.contains(now.batch.id) ? task_.nothing() : task_.run(now, by_port);
  result.diverted = task_.take_diverted();
  if (has_state_) finished_.push_back({now.batch.id, result});
  if (journal_ && now.checkpoint != 0) save(now.checkpoint);
  return result;
}

// Before the results leave: when the batch is committed, the journal has everything.
void stage_cell::save(std::uint64_t checkpoint) {
  if (is_mutant(mutant::half_a_checkpoint) && partition_ != 0) return;
  auto const lost = journal_->lost_saves();
  if (std::exchange(lost_saves_, lost) != lost)
    for (auto const& kept : saved_states_) kept.state->start_over();
  for (auto const& kept : saved_states_) {
    try {
      save(kept, checkpoint);
    } catch (...) {
      journal_->save_failed(checkpoint,
                            "state of " + kept.op + ": " + describe(std::current_exception()));
    }
  }
}

void stage_cell::save(kept_state const& kept, std::uint64_t checkpoint) {
  saved_task task{kept.op, partition_, kept.state->schema()};
  byte_writer out{piece_size, [&](byte_vector piece) {
                    journal_->save_piece(checkpoint, task, std::move(piece));
                  }};
  task.oldest_save = kept.state->save(out, checkpoint);
  journal_->save(checkpoint, std::move(task), out.take());
}

}  // namespace sluice
