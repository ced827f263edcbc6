#include "input_cell.hpp"

#include <sluice/operators/op.hpp>

namespace sluice {

input_cell::input_cell(std::unique_ptr<input> source, std::shared_ptr<context_core> core,
                       world& outside, std::size_t partitions)
    : source_{std::move(source)},
      core_{core},
      port_{std::make_shared<input_port>(std::move(core), outside, partitions)} {}

void input_cell::start() {
  if (started_) return;
  source_->start(port_);
  started_ = true;
}

input_cut input_cell::cut(batch_ref const& batch, std::uint64_t max_records) {
  if (!last_cut_ || last_cut_->batch != batch.id)
    last_cut_ = {batch.id, source_->cut(batch, max_records)};
  return last_cut_->given;
}

void input_cell::committed(batch_id batch) {
  if (last_cut_ && last_cut_->batch <= batch) last_cut_.reset();
  source_->committed(batch);
}

void input_cell::end() {
  port_->close();
  try {
    source_->stop();
  } catch (...) {
    core_->log().write(
        "receiver", log_level::error,
        source_->describe() + " failed to stop: " + describe(std::current_exception()));
  }
}

}  // namespace sluice
