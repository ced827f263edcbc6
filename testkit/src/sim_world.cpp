#include <sluice/testkit/sim_world.hpp>

namespace sluice::testkit {

sim_world::sim_world(std::uint64_t seed)
    : seed_{seed},
      storage_{clock_, events_, random_for(seed, "sim_storage")},
      network_{events_, random_for(seed, "sim_network")} {}

// What waits in the queue may own connections, which need the network.
sim_world::~sim_world() { events_.clear(); }

void sim_world::crash(crash_loss loss) {
  network_.crash();
  storage_.crash(loss);
  events_.clear();
}

}  // namespace sluice::testkit
