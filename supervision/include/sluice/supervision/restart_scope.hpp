/// Which children of a supervisor restart together.
///
/// Thread rule: pure functions. Promise: the answer depends on the arguments alone and holds every
/// failed child.
#pragma once

#include <cstddef>
#include <sluice/supervision/supervision_policy.hpp>
#include <span>
#include <vector>

namespace sluice {

/// Stages connected without a durable boundary.
struct restart_region {
  std::vector<std::size_t> inputs{};  ///< the regions whose output it reads
  bool output_kept = false;           ///< what it has produced can still be read by its consumers
};

/// The children of one supervisor in the order in which they were started.
struct supervised_children {
  std::vector<std::size_t> region_of{};   ///< for each child an index into `regions`
  std::vector<restart_region> regions{};  ///< at least one if there is a child
};

/// The children that restart when `failed` have, in the order of their start.
///
/// `region` takes the failed regions, every region whose output one of those needs and which is not
/// kept, and all consumers of these, again and again until nothing is added.
/// @throws usage_error if an index leads nowhere
std::vector<std::size_t> affected(restart_strategy strategy, std::span<std::size_t const> failed,
                                  supervised_children const& children);

}  // namespace sluice
