/// The work of one output, which outlives the actors that do it, one after the other.
///
/// Thread rule: one actor at a time. Promise: a batch is prepared once and committed once, however
/// often it is asked for; what failed is tried from its beginning.
#pragma once

#include "actors/src/flow/work_mark.hpp"

#include <set>
#include <sluice/operators/plan.hpp>
#include <vector>

namespace sluice {

class sink_cell {
 public:
  /// @param of  an output stage; outlives the cell
  explicit sink_cell(stage const& of);

  op_ptr const& who() const { return who_; }
  delivery guarantee() const { return work_->guarantee(); }
  bool prepares_nothing() const { return work_->prepares_nothing(); }
  /// Batches up to `committed` come again only to be passed over.
  /// @return  the newest batch that is committed here
  batch_id recover(batch_id committed) { return committed_ = work_->recover(committed); }
  /// Set by whoever prepares and commits here.
  flow::work_mark& mark() { return mark_; }
  void prepare(batch_context const& now, std::vector<partition> parts);
  void commit(batch_ref const& batch);
  /// Gives up what is prepared. Called once no actor will come any more.
  void end();
  /// From now on this batch has no effect here.
  void skip(batch_id batch) { skipped_.insert(batch); }

 private:
  op_ptr who_;
  std::unique_ptr<batch_output> work_;
  std::vector<batch_ref> prepared_;  // and not committed
  std::set<batch_id> skipped_;
  batch_id committed_ = 0;
  flow::work_mark mark_;
};

}  // namespace sluice
