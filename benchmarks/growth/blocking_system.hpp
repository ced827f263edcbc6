/// An actor system whose threads sleep until there is work. Those of a context's own look for work
/// first, at shorter and longer intervals, which is CPU time when there is little to do.
///
/// Thread rule: one thread makes it; it outlives the contexts that run on it. Promise: one worker
/// thread, as a context with parallelism 1 has.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <sluice/actors/interop.hpp>

namespace bench {

class blocking_system {
 public:
  sluice::execution execution() { return sluice::borrowed(system_); }

 private:
  struct one_queue : caf::actor_system_config {
    one_queue() {
      set("scheduler.policy", caf::atom("sharing"));
      set("scheduler.max-threads", std::size_t{1});
      set("scheduler.max-throughput", std::size_t{50});
    }
  };
  one_queue config_;
  caf::actor_system system_{config_};
};

}  // namespace bench
