/// Partitions of an rdd that outlive the job that computed them.
///
/// Thread rule: every member from any thread. Promise: a partition, once kept, is the one that
/// every job sees, until all are forgotten.
#pragma once

#include <mutex>
#include <optional>
#include <sluice/operators/chunk.hpp>
#include <vector>

namespace sluice {

class kept_partitions {
 public:
  explicit kept_partitions(std::size_t partitions) : parts_(partitions) {}

  std::optional<partition> get(std::size_t index) const;
  /// Keeps `part`, unless one is kept already or keeping has ended. @return the one to use
  partition put(std::size_t index, partition part);
  bool complete() const;
  /// Frees all and keeps nothing from now on.
  void forget();

 private:
  mutable std::mutex mutex_;
  std::vector<std::optional<partition>> parts_;
  bool ended_ = false;
};

}  // namespace sluice
