/// Which partitions of two stages a link connects, partition by partition.
#pragma once

#include <sluice/operators/plan.hpp>

namespace sluice {

/// Neighbours stay together where partitions become fewer.
inline std::size_t forward_target(std::size_t index, std::size_t upstream, std::size_t downstream) {
  return upstream > downstream ? index * downstream / upstream : index;
}

/// Whether upstream partition `sender` sends to downstream partition `index` of `partitions`.
inline bool is_sender(stage_port const& port, std::size_t sender, std::size_t index,
                      std::size_t partitions) {
  return port.kind != exchange::forward ||
         forward_target(sender, port.upstream_partitions, partitions) == index;
}

/// Whether a task sends to each downstream partition, into the bucket with its number; else to one.
inline bool sends_to_all(stage_out const& out) {
  return out.kind == exchange::hash || out.kind == exchange::rebalance;
}

}  // namespace sluice
