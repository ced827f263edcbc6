#include "sink_cell.hpp"

namespace sluice {

sink_cell::sink_cell(stage const& of)
    : who_{of.nodes.front()->who}, work_{of.nodes.front()->output->make_output()} {}

void sink_cell::prepare(batch_context const& now, std::vector<partition> parts) {
  auto const id = now.batch.id;
  if (id <= committed_ || prepared_.contains(id) || skipped_.contains(id)) return;
  try {
    work_->prepare(now, std::move(parts));
  } catch (...) {
    work_->abort(now.batch);
    throw;
  }
  prepared_.emplace(id, now.batch);
}

void sink_cell::commit(batch_ref const& batch) {
  if (batch.id <= committed_) return;
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
