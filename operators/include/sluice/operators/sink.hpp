/// Where records leave the stream: the interface of a user's own sink.
///
/// Thread rule: one call at a time, possibly on changing threads. Promise: for every batch with
/// records or without, `prepare` comes before `commit`; commits come in batch order; a batch that
/// is prepared and then given up is aborted.
#pragma once

#include <sluice/operators/delivery.hpp>
#include <sluice/operators/time.hpp>
#include <string>
#include <vector>

namespace sluice {

/// A two-phase sink. A sink that cannot keep a batch back writes in `commit` only.
template <class T>
class sink {
 public:
  virtual ~sink() = default;
  /// Takes the records of a batch without visible effect.
  virtual void prepare(batch_ref const& batch, std::vector<T> records) = 0;
  /// Makes the batch visible. May be called again for the same batch after a failure.
  virtual void commit(batch_ref const& batch) = 0;
  /// Forgets a prepared batch.
  virtual void abort(batch_ref const& batch) = 0;
  /// The process before has ended, and the stream goes on from its checkpoint directory: the record
  /// there tells that the batches up to `committed` are, the later ones come again. Called before
  /// anything else. What was prepared and not committed is to be dropped.
  /// @return  the newest batch that is known to be committed here, at least `committed`; those up
  ///          to it are not handed over again
  virtual batch_id recover(batch_id committed) { return committed; }
  /// `exactly_once` only if `recover` tells the truth, whenever the process ended.
  virtual delivery guarantee() const { return delivery::at_least_once; }
  /// A name for logs and `explain()`.
  virtual std::string describe() const { return "sink"; }
};

}  // namespace sluice
