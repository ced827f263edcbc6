#include "sink_cell.hpp"

#include "supervision/src/mutant.hpp"

#include <algorithm>

namespace sluice {

sink_cell::sink_cell(stage const& of)
    : who_{of.nodes.front()->who}, work_{of.nodes.front()->output->make_output()} {}

void sink_cell::prepare(batch_context const& now, std::vector<partition> parts) {
  auto const id = now.batch.id;
  auto const takes_again = is_mutant(mutant::duplicate_on_redelivery);
  auto const done = id <= committed_ && !takes_again;
  auto const ready = std::find(prepared_.begin(), prepared_.end(), now.batch) != prepared_.end();
  if (done || ready || skipped_.contains(id)) return;
  try {
    work_->prepare(now, std::move(parts));
  } catch (...) {
    work_->abort(now.batch);
    throw;
  }
  prepared_.push_back(now.batch);
}

void sink_cell::commit(batch_ref const& batch) {
  if (batch.id <= committed_ && !is_mutant(mutant::duplicate_on_redelivery)) return;
  auto const skipped = skipped_.erase(batch.id) != 0;
  if (!skipped) work_->commit(batch);
  auto const was_prepared = std::erase(prepared_, batch) != 0;
  if (skipped && was_prepared) work_->abort(batch);
  committed_ = batch.id;
}

void sink_cell::end() {
  for (auto const& batch : std::exchange(prepared_, {})) work_->abort(batch);
}

}  // namespace sluice
