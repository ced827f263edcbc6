/// The lowered graph: stages of fused nodes, and the links between them, as data.
///
/// Thread rule: immutable once made. Promise: stages are in topological order; the same program
/// gives the same plan.
#pragma once

#include <sluice/operators/graph.hpp>
#include <string>
#include <vector>

namespace sluice {

/// Where a stage receives: one partition per upstream partition and batch.
struct stage_port {
  std::size_t node;  ///< index in `stage::nodes`
  std::size_t edge;  ///< which input of that node
  std::size_t from_stage;
  std::size_t from_out;  ///< index in the upstream stage's `outs`
  exchange kind;
  std::size_t upstream_partitions;  ///< of the upstream stage
};

/// Where a stage sends.
struct stage_out {
  std::size_t node;  ///< whose partition is written
  std::shared_ptr<edge_spec const> spec;
  exchange kind;
  std::size_t to_stage;
  std::size_t to_port;
  std::size_t upstream_partitions;
  std::size_t downstream_partitions;
};

/// Nodes that run together in one task per partition.
struct stage {
  std::size_t id = 0;
  std::size_t partitions = 1;
  std::vector<node_ptr> nodes;  ///< in topological order
  std::vector<stage_port> ports;
  std::vector<stage_out> outs;
  std::optional<std::size_t> input_index;   ///< set if the first node is this input of the stream
  std::optional<std::size_t> output_index;  ///< set if the stage is this output
};

struct plan {
  std::vector<stage> stages;
  std::vector<std::size_t> output_stages;  ///< by registration order
  std::vector<std::shared_ptr<lineage_hold>> holds;

  /// Stages, fused steps and links as text.
  std::string describe() const;
};

/// What a plan does with partitions that an rdd keeps.
enum class kept_use {
  rely,   ///< what a complete rdd was computed from is left out
  verify  ///< only what a checkpoint has replaced is left out
};

/// Lowers what the outputs need; nodes that feed no output are left out.
plan make_plan(std::vector<node_ptr> const& outputs, kept_use use = kept_use::rely);

/// How many upstream partitions of `port` send to downstream partition `index` of `partitions`.
std::vector<std::size_t> senders_to(stage_port const& port, std::size_t index,
                                    std::size_t partitions);

/// The downstream partitions that upstream partition `index` sends to, one per bucket.
std::vector<std::size_t> receivers_of(stage_out const& out, std::size_t index);

}  // namespace sluice
