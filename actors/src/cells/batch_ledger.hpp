/// The batches between cut and commit, with all their records; outlives the generator, which adds
/// them, and the driver, which takes them out.
///
/// Thread rule: every member from any thread. Promise: a batch is in here from its cut to its
/// commit, with the same content; so whoever starts anew begins with what is in here.
#pragma once

#include "actors/src/durability/records.hpp"

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <sluice/actors/listener.hpp>
#include <sluice/operators/chunk.hpp>

namespace sluice {

/// A batch as it was cut.
struct cut_batch {
  batch_info info;
  std::vector<std::vector<partition>> shares;  ///< by input and partition
  std::uint64_t checkpoint = 0;                ///< that begins behind it; 0: none
  input_notes positions;                       ///< for the checkpoint
};

class batch_ledger {
 public:
  /// The batches up to this one are committed.
  void begin_behind(batch_id committed) { committed_ = committed; }
  void add(std::shared_ptr<cut_batch const> batch);
  void commit(batch_id batch, std::chrono::nanoseconds now);
  /// Not yet committed, oldest first.
  std::vector<std::shared_ptr<cut_batch const>> open() const;
  /// The oldest of these behind `batch`; null if there is none.
  std::shared_ptr<cut_batch const> open_behind(batch_id batch) const;
  /// The newest that was committed.
  batch_id committed() const;
  /// Counts an attempt at a batch that failed. @return how many there were
  std::size_t failed(batch_id batch);
  void forget_failures();

  /// When the first and the last batch were committed since `begin_progress`.
  struct commit_times {
    std::chrono::nanoseconds first;
    std::chrono::nanoseconds last;
  };
  std::optional<commit_times> progress() const;
  void begin_progress();

 private:
  struct entry {
    std::shared_ptr<cut_batch const> batch;
    std::size_t failures = 0;
  };
  mutable std::mutex mutex_;
  std::deque<entry> open_;
  batch_id committed_ = 0;
  std::optional<commit_times> progress_;
};

}  // namespace sluice
