/// The batches that a kept stream remembers, for `slice`.
///
/// Thread rule: every member from any thread. Promise: what `slice` gives is committed, and younger
/// than the stream's remember duration.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/kernel.hpp>
#include <sluice/operators/storage_level.hpp>
#include <sluice/operators/time.hpp>
#include <string>
#include <vector>

namespace sluice {

class kept_partitions;
struct partition_codec;
class session;

class kept_batches {
 public:
  /// @param services  outlives every use
  /// @param grid  distance of two batches; 0 if they come as they like
  kept_batches(session& services, std::size_t partitions, storage_level level,
               partition_codec const* codec, duration grid);
  ~kept_batches();

  /// The stream runs: batches will come.
  void attach();
  void put(batch_context const& now, std::size_t index, partition part);
  /// The batches of the times from `from` to `to`, both floored to the grid.
  /// @throws usage_error, runtime_failure  see `dstream::slice`
  std::vector<std::vector<partition>> slice(std::string const& who, batch_time from,
                                            batch_time to) const;

 private:
  // A batch that is run again after a failure replaces what it left; null where a share was given
  // up.
  using batch = std::vector<std::shared_ptr<kept_partitions>>;

  std::optional<batch_time> forgotten() const;
  void trim();
  void check_remembered(std::string const& who, batch_time from, batch_time to) const;
  std::vector<partition> read(std::string const& who, batch_time time, batch const& from) const;

  session& services_;
  std::size_t const partitions_;
  storage_level const level_;
  partition_codec const* const codec_;
  duration const grid_;
  mutable std::mutex mutex_;  // for all below
  std::map<batch_time, batch> held_;
  bool attached_ = false;
  std::optional<batch_time> zero_;
  std::optional<batch_time> first_;  // the oldest batch there ever was
};

}  // namespace sluice
