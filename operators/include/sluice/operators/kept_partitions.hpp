/// Partitions of an rdd, or of one batch, that outlive the job that computed them.
///
/// Thread rule: every member from any thread. Promise: what is given back is what was kept; what
/// had to go is absent, and whoever needs it computes it again.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/operators/storage_level.hpp>
#include <string>
#include <vector>

namespace sluice {

struct edge;
struct kept_slot;
class kept_store;
struct partition_codec;

/// A plan relied on a kept partition that is gone by now: to be run by a plan that relies on none.
class partition_lost : public runtime_failure {
 public:
  using runtime_failure::runtime_failure;
};

class kept_partitions {
 public:
  /// @param codec  needed for levels with disk
  kept_partitions(std::shared_ptr<kept_store> store, std::size_t partitions, storage_level level,
                  partition_codec const* codec);
  kept_partitions(kept_partitions const&) = delete;
  kept_partitions& operator=(kept_partitions const&) = delete;
  ~kept_partitions();

  /// @throws runtime_failure  if it is in a checkpoint that cannot be read
  std::optional<partition> get(std::size_t index);
  /// Keeps `part`, unless one is kept already. @return the one to use
  partition put(std::size_t index, partition part);
  /// Writes `part` to the checkpoint, if there is to be one and it is not there already.
  /// @throws runtime_failure  if it cannot be written
  void save(std::size_t index, partition const& part);
  /// Whether all are at hand now; what is in no checkpoint may go at any time.
  bool complete() const;
  /// Frees all but the checkpoint, and keeps nothing from now on.
  void forget();
  /// `none` after `forget`.
  storage_level level() const;

  /// Has all partitions written to `directory`; the first call counts. @return whether it is this
  bool mark(std::string directory, partition_codec const* codec);
  bool marked() const;
  /// The directory, once it is complete.
  std::optional<std::string> checkpoint() const;

  /// Keeps what the node is computed from; false if a checkpoint has replaced it.
  bool hold_lineage();
  /// The last one to release the lineage of a complete checkpoint clears it.
  void release_lineage(std::vector<edge>& inputs);

 private:
  enum class saved { no, now, yes };

  void set_saved(std::size_t index, saved state);
  std::string part_path(std::size_t index) const;

  std::shared_ptr<kept_store> const store_;
  std::vector<std::shared_ptr<kept_slot>> slots_;
  mutable std::mutex mutex_;  // for all below
  storage_level level_;
  std::string directory_;  // empty: no checkpoint is asked for; does not change afterwards
  partition_codec const* codec_ = nullptr;  // of the checkpoint; set with the directory
  std::vector<saved> saved_;
  bool checkpointed_ = false;
  std::size_t holders_ = 0;
  bool cut_ = false;
};

}  // namespace sluice
