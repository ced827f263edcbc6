/// For programs that have a CAF actor system already. The only public header that includes CAF.
#pragma once

#include <caf/actor_system.hpp>
#include <sluice/actors/execution.hpp>

namespace sluice {

/// Runs the context's actors on the host's actor system.
/// @param system  outlives the context; its `scheduler.max-throughput` should be finite (50 is
/// good)
execution borrowed(caf::actor_system& system);

}  // namespace sluice
