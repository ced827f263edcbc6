/// What `collect_into` fills: the batches of a stream, for tests and small results.
///
/// Thread rule: safe to read while the stream runs. Promise: one entry per batch in which the
/// stream is valid, in batch order, visible once the batch has committed.
#pragma once

#include <mutex>
#include <sluice/operators/time.hpp>
#include <vector>

namespace sluice {

template <class T>
class collected {
 public:
  /// The records of each batch so far.
  std::vector<std::vector<T>> batches() const {
    std::lock_guard guard{mutex_};
    return batches_;
  }
  /// Id and time of each of `batches()`.
  std::vector<batch_ref> refs() const {
    std::lock_guard guard{mutex_};
    return refs_;
  }
  /// All records in the order of batches.
  std::vector<T> records() const {
    std::lock_guard guard{mutex_};
    std::vector<T> all;
    for (auto const& batch : batches_) all.insert(all.end(), batch.begin(), batch.end());
    return all;
  }
  void add(batch_ref batch, std::vector<T> records) {
    std::lock_guard guard{mutex_};
    refs_.push_back(batch);
    batches_.push_back(std::move(records));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::vector<T>> batches_;
  std::vector<batch_ref> refs_;
};

}  // namespace sluice
