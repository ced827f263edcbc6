#include "sink_cell.hpp"

#include "supervision/src/mutant.hpp"

namespace sluice {

sink_cell::sink_cell(stage const& of)
    : who_{of.nodes.front()->who}, work_{of.nodes.front()->output->make_output()} {}

void sink_cell::prepare(batch_context const& now, std::vector<partition> parts) {
  auto const id = now.batch.id;
  auto const takes_again = is_mutant(mutant::duplicate_on_redelivery);
  auto const done = id <= committed_ && !takes_again;
  if (done || prepared_.contains(id) || skipped_.contains(id)) return;
  try {
    work_->prepare(now, std::move(parts));
  } catch (...) {
    work_->abort(now.batch);
    throw;
  }
  prepared_.emplace(id, now.batch);
}

void sink_cell::commit(batch_ref const& batch) {
  if (batch.id <= committed_ && !is_mutant(mutant::duplicate_on_redelivery)) return;
  if (skipped_.erase(batch.id) != 0) {
    if (prepared_.erase(batch.id) != 0) work_->abort(batch);
  } else {
    work_->commit(batch);
    prepared_.erase(batch.id);
  }
  committed_ = batch.id;
}

void sink_cell::end() {
  for (auto const& [id, batch] : std::exchange(prepared_, {})) work_->abort(batch);
}

}  // namespace sluice
