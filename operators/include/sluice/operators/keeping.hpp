/// What `persist`, `checkpoint` and `slice` do that does not depend on the type of the records.
///
/// Thread rule: as the handles that call it. Promise: a call that makes no sense is a `usage_error`
/// that names the operator and what to call instead.
#pragma once

#include <optional>
#include <sluice/operators/ops/core.hpp>
#include <sluice/operators/storage_level.hpp>
#include <string>
#include <vector>

namespace sluice {

struct partition_codec;

/// How an rdd gets the records of another one.
enum class dependency_kind {
  narrow,  ///< each partition from some partitions
  shuffle  ///< each partition from all partitions
};

std::string_view to_string(dependency_kind kind);

/// What an rdd is computed from.
struct dependency {
  dependency_kind kind = dependency_kind::narrow;
  std::string name;            ///< of the operator it comes from
  std::size_t partitions = 0;  ///< that it has there
};

namespace detail {

/// @throws usage_error for `none`
void check_level(storage_level level);

/// A node that keeps its partitions between jobs.
node_ptr make_keeping_node(session& services, op_ptr who, edge in, storage_level level,
                           partition_codec const* codec);
/// Has a keeping node write a checkpoint.
void mark_checkpoint(session& services, node const& keeping, partition_codec const* codec);
void unpersist(place const& at);
storage_level level_of(place const& at);
std::optional<std::string> checkpoint_of(place const& at);
std::vector<dependency> dependencies_of(place const& at);
std::string lineage(place const& at);

/// A node that keeps the batches of a stream.
node_ptr make_remembering_node(graph const& owner, op_ptr who, edge in, storage_level level,
                               partition_codec const* codec);
std::vector<std::vector<partition>> slice(place const& at, batch_time from, batch_time to);

}  // namespace detail
}  // namespace sluice
